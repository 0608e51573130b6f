/** Endings of names of files that run when they are opened. */

export const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

export const RUNS = words(`
  js jse mjs vbs vbe wsf wsh wsc hta ps1 ps2 psm1 bat cmd pif scr cpl exe msi msp mst msix msixbundle appx appinstaller lnk url scf sct
  inf reg chm hlp jar jnlp application gadget xll xla ppam iqy slk settingcontent-ms library-ms search-ms searchconnector-ms
  diagcab website rdp dll ocx sys drv vb ws job theme themepack desktopthemepack diagcfg cab-ms pyz pyw
`)
