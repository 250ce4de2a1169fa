// placeholder: to be written
#include "cmd.h"
static int run(const struct ctx *ctx, int argc, char **argv) { (void)ctx; (void)argc; (void)argv; msg_error("udev", "not written yet"); return EXIT_TROUBLE; }
const struct cmd cmd_udev = { "udev", "", "", run };
