// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The serial drivers of Linux 6.1 to 7.2 (files below drivers/).  What reports_dcd
 * says is a call of uart_handle_dcd_change(), usb_serial_handle_dcd_change() or
 * the line discipline's dcd_change(); without one N_PPS attaches all the same, and
 * /dev/ppsN stands still for ever.
 */
#include "driver.h"

#include <stddef.h>
#include <string.h>

#define SC "tty/serial/"
#define US "usb/serial/"

#define FTDI_LATE "about 0.2 ms late, give or take 0.1 ms"
#define FRAME_LATE "up to 1 ms late"
#define ONLY_GPIO "it tells of DCD only where the devicetree gives it dcd-gpios"

static const struct driver_facts drivers[] = {
	/* ---- N_PPS alone is enough ---- */
	{ "serial", BUS_CHIP, true, true, NULL, NULL,
	  SC "8250/8250_port.c: serial8250_do_set_ldisc(), serial8250_modem_status()" },
	{ "8250", BUS_CHIP, true, true, NULL, NULL, SC "8250/8250_port.c" },
	{ "dw-apb-uart", BUS_CHIP, true, true, NULL,
	  "the firmware may hold DCD on for ever (dcd-override)",
	  SC "8250/8250_dw.c: dw8250_set_ldisc()" },
	{ "omap8250", BUS_CHIP, true, true, NULL, NULL,
	  SC "8250/8250_omap.c: omap_8250_set_termios()" },
	{ "bcm2835-aux-uart", BUS_CHIP, true, true, NULL, "the mini UART has no DCD pin",
	  SC "8250/8250_bcm2835aux.c" },
	{ "atmel_usart", BUS_CHIP, true, true, NULL, NULL,
	  SC "atmel_serial.c: atmel_set_ldisc()" },
	{ "mxs-auart", BUS_CHIP, true, true, NULL, NULL,
	  SC "mxs-auart.c: mxs_auart_set_ldisc()" },
	{ "uart-pl010", BUS_CHIP, true, true, NULL, NULL,
	  SC "amba-pl010.c: pl010_set_ldisc()" },

	/* ---- must be told by TIOCSSERIAL ---- */
	{ "uart-pl011", BUS_CHIP, false, true, NULL, "on a Raspberry Pi the header has no DCD pin",
	  SC "amba-pl011.c: pl011_modem_status(), no set_ldisc()" },
	{ "imx-uart", BUS_CHIP, false, true,
	  "up to 250 ms late, unless its DCD is a GPIO or the port is wired as a DTE", NULL,
	  SC "imx.c: imx_uart_timeout(), MCTRL_TIMEOUT" },
	{ "omap_uart", BUS_CHIP, false, true, NULL, NULL,
	  SC "omap-serial.c: check_modem_status()" },
	{ "pxa2xx-uart", BUS_CHIP, false, true, NULL, NULL, SC "pxa.c: check_modem_status()" },
	{ "sa11x0-uart", BUS_CHIP, false, true, NULL, NULL, SC "sa1100.c: sa1100_mctrl_check()" },
	{ "serial-tegra", BUS_CHIP, false, true, NULL, NULL,
	  SC "serial-tegra.c: tegra_uart_handle_modem_signal_change()" },
	{ "bcm63xx_uart", BUS_CHIP, false, true, NULL, NULL,
	  SC "bcm63xx_uart.c: bcm_uart_interrupt()" },
	{ "jsm", BUS_CHIP, false, true, NULL, NULL,
	  SC "jsm/jsm_cls.c: cls_parse_modem()" },
	{ "sc16is7", BUS_SLOW, false, true, "late by a millisecond or more", NULL,
	  SC "sc16is7xx.c: sc16is7xx_update_mlines()" },

	/* ---- asked over USB: there is no flag, and none is needed ---- */
	{ "ftdi_sio", BUS_USB, true, true, FTDI_LATE, NULL,
	  US "ftdi_sio.c: ftdi_process_packet()" },
	{ "pl2303", BUS_USB, true, true, FRAME_LATE, NULL,
	  US "pl2303.c: pl2303_update_line_status()" },
	{ "ch341", BUS_USB, true, true, FRAME_LATE, NULL, US "ch341.c: ch341_update_status()" },
	{ "f81232", BUS_USB, true, true, FRAME_LATE, NULL, US "f81232.c: f81232_read_msr()" },
	{ "f81534", BUS_USB, true, true, FRAME_LATE, NULL, US "f81534.c: f81534_msr_changed()" },
	{ "cdc_acm", BUS_USB, true, true, FRAME_LATE,
	  "cdc_acm tells of DCD from Linux 6.6 on, before that it only counts",
	  "usb/class/cdc-acm.c: acm_process_notification()" },

	/* ---- never tells ---- */
	{ "cp210x", BUS_USB, true, false, NULL,
	  "cp210x leaves the chip's modem events unread in every kernel", US "cp210x.c" },
	{ "mct_u232", BUS_USB, true, false, NULL, NULL, US "mct_u232.c" },
	{ "ti_usb_3410_5052", BUS_USB, true, false, NULL, NULL, US "ti_usb_3410_5052.c" },
	{ "edgeport", BUS_USB, true, false, NULL, NULL, US "io_edgeport.c, io_ti.c" },
	{ "earthmate", BUS_USB, true, false, NULL, NULL, US "cypress_m8.c" },
	{ "cyphidcom", BUS_USB, true, false, NULL, NULL, US "cypress_m8.c" },
	{ "mxuport", BUS_USB, true, false, NULL, NULL, US "mxuport.c" },
	{ "oti6858", BUS_USB, true, false, NULL, NULL, US "oti6858.c" },
	{ "quatech-serial", BUS_USB, true, false, NULL, NULL, US "quatech2.c" },
	{ "ssu100", BUS_USB, true, false, NULL, NULL, US "ssu100.c" },
	{ "ark3116", BUS_USB, true, false, NULL, NULL, US "ark3116.c" },
	{ "samsung-uart", BUS_CHIP, false, false, NULL, NULL, SC "samsung_tty.c" },
	{ "meson_uart", BUS_CHIP, false, false, NULL, NULL, SC "meson_uart.c" },
	{ "qcom_geni_serial", BUS_CHIP, false, false, NULL, NULL, SC "qcom_geni_serial.c" },
	{ "msm_serial", BUS_CHIP, false, false, NULL, NULL, SC "msm_serial.c" },
	{ "fsl-lpuart", BUS_CHIP, false, false, NULL, NULL, SC "fsl_lpuart.c" },
	{ "xuartps", BUS_CHIP, false, false, NULL, NULL, SC "xilinx_uartps.c" },
	{ "uartlite", BUS_CHIP, false, false, NULL, NULL, SC "uartlite.c" },
	{ "sifive-serial", BUS_CHIP, false, false, NULL, NULL, SC "sifive.c" },
	{ "mvebu-uart", BUS_CHIP, false, false, NULL, NULL, SC "mvebu-uart.c" },
	{ "max310x", BUS_SLOW, false, false, NULL, NULL, SC "max310x.c" },
	{ "stm32-usart", BUS_CHIP, false, true, NULL, ONLY_GPIO,
	  SC "serial_mctrl_gpio.c: mctrl_gpio_irq_handle()" },
	{ "sh-sci", BUS_CHIP, false, true, NULL, ONLY_GPIO,
	  SC "serial_mctrl_gpio.c: mctrl_gpio_irq_handle()" },
};

/* The longest match: "serial" must not take "serial-tegra". */
const struct driver_facts *driver_find(const char *name)
{
	const struct driver_facts *best = NULL;
	size_t best_len = 0;

	for (size_t i = 0; name && i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		const size_t len = strlen(drivers[i].name);

		if (len > best_len && !strncmp(name, drivers[i].name, len)) {
			best = &drivers[i];
			best_len = len;
		}
	}
	return best;
}

/* PORT_8250 to PORT_16550A_FSL64; include/uapi/linux/serial_core.h */
#define TYPE_8250_FIRST 1
#define TYPE_8250_LAST 30

bool driver_is_8250(const char *name, struct fact type)
{
	static const char *const names[] = { "serial", "serial8250", "8250" };

	for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return fact_known(type) && type.val >= TYPE_8250_FIRST && type.val <= TYPE_8250_LAST;
}

const char *driver_dcd_text(const char *name, struct fact type)
{
	const struct driver_facts *d = driver_find(name);

	if (!d)
		return driver_is_8250(name, type) ? "at once" : NULL;
	return !d->reports_dcd ? "never" : d->late ? "late" : "at once";
}
