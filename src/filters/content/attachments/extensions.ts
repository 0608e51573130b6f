/** Extensions of files that Windows runs when the user opens them. */

/** The words of a text as a set. */
export const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Extensions in lower case. */
export const AUTO_EXECUTABLE = words(`
  js jse mjs vbs vbe wsf wsh wsc hta ps1 ps2 psm1 bat cmd pif scr cpl exe msi msp mst msix msixbundle appx appinstaller lnk url scf sct
  inf reg chm hlp jar jnlp application gadget xll xla ppam iqy slk settingcontent-ms library-ms search-ms searchconnector-ms
  diagcab website rdp dll ocx sys drv vb ws job theme themepack desktopthemepack diagcfg cab-ms pyz pyw
`)
