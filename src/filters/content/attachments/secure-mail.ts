/** Hosts that attached pages name in honest mail: services that carry encrypted mail, and drawing programs. */

/**
 * Services to which a page sends what it holds, and the password that opens it: each belongs to its provider, who gives
 * no customer a page of their own there. From the providers’ guides for recipients, and from lists of exceptions that
 * users of other filters have published; 2026-11-30.
 */
const SECURE_MAIL: readonly string[] = [
  // Cisco Secure Email Encryption Service, Registered Envelope
  'res.cisco.com',
  'iphmx.com',
  // Proofpoint Encryption
  'securemail.proofpoint.com',
  'pphosted.com',
  'ppe-hosted.com',
  // Zix, OpenText
  'zixmail.net',
  'zixcorp.com',
  'zixmessagecenter.com',
  'zixport.com',
  // Microsoft Purview Message Encryption
  'outlook.office365.com',
  'outlook.office.com',
  // Mimecast Secure Messaging
  'mimecast.com',
  // Virtru
  'virtru.com',
  // Echoworx
  'echoworx.com',
  'echoworx.net',
  // Barracuda
  'encrypt.barracudanetworks.com',
  // Trend Micro
  'privatepost.trendmicro.com',
  'privatepost.com',
  // Check Point Harmony Email
  'checkpointcloudsec.com',
  'avanan.net',
  // Trustwave, Egress, DataMotion, LuxSci, RPost, Paubox
  'trustwave.com',
  'egress.com',
  'datamotion.com',
  'luxsci.com',
  'rpost.net',
  'paubox.com',
  // Voltage, OpenText
  'voltage.com',
]

/** Links that drawing programs write into every picture, and vocabularies. */
const DRAWING_TOOLS: readonly string[] = [
  'w3.org',
  'drawio.com',
  'draw.io',
  'diagrams.net',
  'inkscape.org',
  'sodipodi.sourceforge.net',
  'creativecommons.org',
  'purl.org',
  'ns.adobe.com',
  'plantuml.com',
  'graphviz.org',
  'mermaid.js.org',
  'excalidraw.com',
  'lucid.app',
  'matplotlib.org',
]

export const isSecureMail = (host: string): boolean => isBelow(SECURE_MAIL, host.toLowerCase())

export const isDrawingTool = (url: string): boolean => isBelow(DRAWING_TOOLS, URL.parse(url)?.hostname ?? '')

const isBelow = (names: readonly string[], host: string): boolean =>
  names.some(name => host === name || host.endsWith(`.${name}`))
