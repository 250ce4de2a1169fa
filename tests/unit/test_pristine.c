// SPDX-License-Identifier: GPL-2.0-or-later
/* What package managers say of a configuration file: their texts, and they themselves. */
#include <limits.h>

#include "tree.h"
#include "setup/shipped.h"
#include "sys/pristine.h"

#define MD5_A "60b725f10c9c85c70d97880dfe8191b3"	/* printf 'a\n' | md5sum */
#define SHA_A "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7"
#define MD5_X "0123456789abcdef0123456789abcdef"

static int set_up(void **state)
{
	(void)state;
	begin_tree();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return remove_tree();
}

/* ---- texts ---- */

/* dpkg-query 1.21.22 on Debian 12, with ntpsec 1.2.2 and chrony 4.3 */
static const char conffiles[] =
	"\n"
	" /etc/default/ntpsec 6db9a2ce5fa91ba5d0e8e7a0b8bb9ad3\n"
	" /etc/ntpsec/ntp.conf.d/x " MD5_X "\n"
	" /etc/ntpsec/ntp.conf " MD5_A "\n"
	"\n"
	" /etc/init.d/old " MD5_X " obsolete\n"
	" /etc/half newconffile\n"
	" /etc/last " MD5_X;

static void conffiles_of_dpkg(void **state)
{
	char hash[SHIPPED_HASH_MAX + 1];

	(void)state;
	assert_true(shipped_conffile(conffiles, "/etc/ntpsec/ntp.conf", hash));
	assert_string_equal(hash, MD5_A);
	assert_true(shipped_conffile(conffiles, "/etc/init.d/old", hash));
	assert_string_equal(hash, MD5_X);
	assert_true(shipped_conffile(conffiles, "/etc/last", hash));
	assert_false(shipped_conffile(conffiles, "/etc/ntpsec", hash));
	assert_false(shipped_conffile(conffiles, "/etc/ntpsec/ntp.con", hash));
	assert_false(shipped_conffile(conffiles, "/etc/half", hash));
	assert_false(shipped_conffile(conffiles, "/etc/chrony/chrony.conf", hash));
	assert_false(shipped_conffile("", "/etc/x", hash));
	assert_false(shipped_conffile("/etc/x " MD5_X "\n", "/etc/x", hash));
	assert_false(shipped_conffile(" /etc/x " MD5_X "0\n", "/etc/x", hash));
	assert_false(shipped_conffile(" /etc/x \n " MD5_X "\n", "/etc/x", hash));
}

static void conffiles_of_opkg(void **state)
{
	static const char status[] =
		"Package: ntpd\nVersion: 4.2.8p15-2\nStatus: install user installed\n"
		"Conffiles:\n /etc/config/ntpd " SHA_A "\n /etc/ntp.conf " MD5_A "\n"
		"Architecture: mips_24kc\n\n";
	char hash[SHIPPED_HASH_MAX + 1];

	(void)state;
	assert_true(shipped_conffile(status, "/etc/config/ntpd", hash));
	assert_string_equal(hash, SHA_A);
	assert_true(shipped_conffile(status, "/etc/ntp.conf", hash));
	assert_string_equal(hash, MD5_A);
}

static void hashes_of_ucf(void **state)
{
	static const char hashfile[] =
		MD5_X "  /etc/default/grub\n" MD5_A "  /etc/chrony/chrony.conf\n"
		"none  /etc/chrony/chrony.keys\n";
	char hash[SHIPPED_HASH_MAX + 1];

	(void)state;
	assert_true(shipped_ucf(hashfile, "/etc/chrony/chrony.conf", hash));
	assert_string_equal(hash, MD5_A);
	assert_false(shipped_ucf(hashfile, "/etc/chrony/chrony.keys", hash));
	assert_false(shipped_ucf(hashfile, "/etc/chrony", hash));
}

/* rpm 4.18.0, `rpm --verify --file` */
static void lines_of_rpm(void **state)
{
	static const char mine[] = "/etc/chrony.conf";

	(void)state;
	assert_int_equal(shipped_rpm("", mine), 1);
	assert_int_equal(shipped_rpm("S.5....T.  c /etc/chrony.keys\n", mine), 1);
	assert_int_equal(shipped_rpm("S.5....T.  c /etc/chrony.keys\n"
				     "S.5....T.  c /etc/chrony.conf\n", mine), 0);
	assert_int_equal(shipped_rpm("..5....T.  c /etc/chrony.conf\n", mine), 0);
	assert_int_equal(shipped_rpm("S........  c /etc/chrony.conf\n", mine), 0);
	assert_int_equal(shipped_rpm(".......T.  c /etc/chrony.conf\n", mine), 1);
	assert_int_equal(shipped_rpm(".M...UG..  c /etc/chrony.conf\n", mine), 1);
	assert_int_equal(shipped_rpm("..?......  c /etc/chrony.conf\n", mine), -1);
	assert_int_equal(shipped_rpm("S.5....T.  c /etc/chrony.conf.rpmnew\n", mine), 1);
	assert_int_equal(shipped_rpm("missing   c /etc/chrony.conf\n", mine), 0);
	assert_int_equal(shipped_rpm("missing   c /etc/chrony.conf (Permission denied)\n", mine), 0);
	assert_int_equal(shipped_rpm("file /etc/chrony.conf is not owned by any package\n", mine), -1);
	assert_int_equal(shipped_rpm("error: file /etc/chrony.conf: No such file or directory\n",
				     mine), -1);
	assert_int_equal(shipped_rpm("error: cannot open Packages database in /x\n", mine), -1);
}

/* ---- the programs ---- */

static void need(const char *program)
{
	char command[64];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
	if (system(command) != 0)
		skip();
}

/* The same by dpkg, ucf or opkg, on a file with "a" in it. */
static void follows(const char *path)
{
	char real[PATH_MAX];

	put_file(path, "a\n");
	assert_int_equal(pristine_ask(root, path), 1);
	put_file(path, "a\nb\n");
	assert_int_equal(pristine_ask(root, path), 0);
	/* the image's own link, and not this machine's file */
	snprintf(real, sizeof(real), "%s%s", root, path);
	assert_int_equal(unlink(real), 0);
	put_file("/opt/there", "a\n");
	put_link(path, "/opt/there");
	assert_int_equal(pristine_ask(root, path), 1);
	assert_int_equal(unlink(real), 0);
	assert_int_equal(pristine_ask(root, path), 0);
	assert_int_equal(mkdir(real, 0755), 0);
	assert_int_equal(pristine_ask(root, path), 0);
}

static void nobody_knows(void **state)
{
	(void)state;
	put_file("/etc/ntp.conf", "a\n");
	assert_int_equal(pristine_ask(root, "/etc/ntp.conf"), -ENODATA);
	put_file("/var/lib/dpkg/status", "");
	put_file("/var/lib/ucf/hashfile", "");
	put_file("/usr/lib/opkg/status", "");
	assert_int_equal(pristine_ask(root, "/etc/ntp.conf"), -ENODATA);
}

static void by_dpkg(void **state)
{
	(void)state;
	need("dpkg-query");
	put_file("/var/lib/dpkg/status",
		 "Package: ntpsec\nStatus: install ok installed\nMaintainer: x\n"
		 "Architecture: all\nVersion: 1\nConffiles:\n /etc/ntpsec/ntp.conf " MD5_A "\n"
		 "Description: x\n\nPackage: zz\nStatus: deinstall ok config-files\n"
		 "Maintainer: x\nArchitecture: all\nVersion: 1\nConffiles:\n /etc/zz " MD5_A "\n"
		 "Description: x\n");
	follows("/etc/ntpsec/ntp.conf");
	follows("/etc/zz");
	assert_int_equal(pristine_ask(root, "/etc/hosts"), -ENODATA);
}

static void by_ucf(void **state)
{
	(void)state;
	put_file("/var/lib/ucf/hashfile", MD5_A "  /etc/chrony/chrony.conf\n");
	follows("/etc/chrony/chrony.conf");
}

/* Debian's chrony: ucf copies it from there. */
static void by_its_template(void **state)
{
	(void)state;
	put_file("/etc/chrony/chrony.conf", "a\n");
	assert_int_equal(pristine_ask(root, "/etc/chrony/chrony.conf"), -ENODATA);
	put_file("/usr/share/chrony/chrony.conf", "a\n");
	assert_int_equal(pristine_ask(root, "/etc/chrony/chrony.conf"), 1);
	put_file("/etc/chrony/chrony.conf", "b\n");
	assert_int_equal(pristine_ask(root, "/etc/chrony/chrony.conf"), -ENODATA);
	put_file("/var/lib/ucf/hashfile", MD5_X "  /etc/chrony/chrony.conf\n");
	assert_int_equal(pristine_ask(root, "/etc/chrony/chrony.conf"), 0);
}

static void by_opkg(void **state)
{
	(void)state;
	put_file("/usr/lib/opkg/status", "Package: x\nConffiles:\n /etc/config/x " SHA_A "\n\n");
	follows("/etc/config/x");
}

static void by_rpm(void **state)
{
	char command[512];

	(void)state;
	need("rpmbuild");
	put_file("/spec", "Name: x\nVersion: 1\nRelease: 1\nSummary: x\nLicense: x\nBuildArch: noarch\n"
		 "%description\nx\n%install\nmkdir -p %{buildroot}/etc\n"
		 "echo a >%{buildroot}/etc/chrony.conf\n%files\n%config /etc/chrony.conf\n");
	snprintf(command, sizeof(command),
		 "cd %s && mkdir image && rpmbuild --quiet -bb --define \"_topdir %s/b\" spec "
		 ">log 2>&1 && rpm --root=%s/image --dbpath /var/lib/rpm --nodeps --force-debian "
		 "-i b/RPMS/noarch/*.rpm >>log 2>&1", root, root, root);
	if (system(command) != 0)
		skip();
	strcat(root, "/image");
	put_file("/etc/other", "");
	assert_int_equal(pristine_ask(root, "/etc/chrony.conf"), 1);
	assert_int_equal(pristine_ask(root, "/etc/other"), -ENODATA);
	assert_int_equal(pristine_ask(root, "/etc/none"), -ENODATA);
	put_file("/etc/chrony.conf", "a\nb\n");
	assert_int_equal(pristine_ask(root, "/etc/chrony.conf"), 0);
	put_file("/etc/chrony.conf", "a\n");
	assert_int_equal(pristine_ask(root, "/etc/chrony.conf"), 1);
	root[strlen(root) - strlen("/image")] = '\0';
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conffiles_of_dpkg),
		cmocka_unit_test(conffiles_of_opkg),
		cmocka_unit_test(hashes_of_ucf),
		cmocka_unit_test(lines_of_rpm),
		cmocka_unit_test_setup_teardown(nobody_knows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(by_dpkg, set_up, tear_down),
		cmocka_unit_test_setup_teardown(by_ucf, set_up, tear_down),
		cmocka_unit_test_setup_teardown(by_its_template, set_up, tear_down),
		cmocka_unit_test_setup_teardown(by_opkg, set_up, tear_down),
		cmocka_unit_test_setup_teardown(by_rpm, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
