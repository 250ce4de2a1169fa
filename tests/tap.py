#!/usr/bin/env python3
"""Run the unittest cases of one file and print them as TAP.  tests/tap.py FILE"""
import importlib.util
import sys
import unittest
from pathlib import Path


class TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.n = 0

    def line(self, ok, test, note=""):
        self.n += 1
        print(f"{'ok' if ok else 'not ok'} {self.n} - {test.id().split('.', 1)[-1]}{note}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line(True, test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line(True, test, f" # SKIP {reason}")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.trouble(test, self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.trouble(test, self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.trouble(subtest, self._exc_info_to_string(err, subtest))

    def trouble(self, test, text):
        self.line(False, test)
        for line in text.splitlines():
            print(f"# {line}")


def main():
    path = Path(sys.argv[1]).resolve()
    sys.path[:0] = [str(path.parent), str(path.parent.parent / "testbed")]
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    result = TapResult()
    unittest.defaultTestLoader.loadTestsFromModule(module).run(result)
    print(f"1..{result.n}")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
