/** Extensions of files: those that run when the user opens them, and those that large mail services do not deliver. */

/** One list of extensions, with its source and the day on which it was read. */
export interface ExtensionList {
  /** Who keeps the list. */
  readonly by: string
  readonly source: string
  /** ISO 8601. */
  readonly date: string
  /** In lower case, without a dot, with blanks between them. */
  readonly extensions: string
}

/** What mail services and mail programs do not deliver, or do not open. */
export const BLOCKED_BY: readonly ExtensionList[] = [
  {
    by: 'Outlook',
    source: 'Microsoft Support, "Blocked attachments in Outlook", and the default BlockedFileTypes of OwaMailboxPolicy',
    date: '2025-07-31',
    extensions: `
      ade adp app appcontent-ms appref-ms asp aspx asx bas bat bgi cab cdxml cer chm cmd cnt com cpl crt csh der
      diagcab exe fxp gadget grp hlp hpj hta htc img inf ins iso isp its jar jnlp js jse ksh library-ms lnk mad maf mag
      mam maq mar mas mat mau mav maw mcf mda mdb mde mdt mdw mdz mht mhtml msc msh msh1 msh1xml msh2 msh2xml mshxml msi
      msp mst msu ops osd pcd pif pl plg prf prg printerexport ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1 pssc pst py
      pyc pyo pyw pyz pyzw reg scf scr sct search-ms settingcontent-ms shb shs theme tmp udl url vb vbe vbp vbs vhd vhdx
      vsmacros vsw webpnp website ws wsb wsc wsf wsh xbap xll xnk`,
  },
  {
    by: 'Gmail',
    source: 'Gmail Help, "File types blocked in Gmail", https://support.google.com/mail/answer/6590',
    date: '2026-11-30',
    extensions: `
      ade adp apk appx appxbundle bat cab chm cmd com cpl diagcab diagcfg diagpkg dll dmg ex ex_ exe hta img ins iso isp
      jar jnlp js jse lib lnk mde mjs msc msi msix msixbundle msp mst nsh pif ps1 scr sct shb sys vb vbe vbs vhd vxd wsc
      wsf wsh xll`,
  },
]

/**
 * What runs, or starts what is somewhere else, when the user opens it, by the documentation of Windows, of Office and
 * of macOS (Launch Services). Honest senders do not mail it: mail services drop most of it.
 */
export const RUNS = `
  exe com scr pif cpl dll ocx sys drv vxd
  bat cmd js jse mjs vb vbe vbs ws wsc wsf wsh hta sct ps1 ps2 psm1 msh msh1 msh2 pyz pyw pyzw
  msi msp mst msu msix msixbundle appx appxbundle appinstaller application appref-ms xbap jar jnlp apk
  lnk url website scf shb shs library-ms search-ms searchconnector-ms settingcontent-ms appcontent-ms
  msc inf ins isp reg job rdp wsb chm hlp gadget theme themepack desktopthemepack
  diagcab diagcfg diagpkg cab-ms xll xla ppam iqy slk ade adp mde accde
  command terminal inetloc fileloc desktop`

/** What Windows and macOS mount as a disk. */
export const DISK_IMAGE_EXTENSIONS = 'iso img udf vhd vhdx vmdk dmg'

/** Pages that a browser opens from the disk. */
export const PAGE_EXTENSIONS = 'htm html xhtml xht shtml mht mhtml svg svgz'

/** Notebooks of OneNote and their packages. */
export const NOTEBOOK_EXTENSIONS = 'one onepkg onetoc2'
