/** The names of all checks, as a configuration and `postern doctor --check` name them. */
export const CHECK_NAMES: readonly string[] = [
  ...['dns', 'dns-list', 'host-name', 'port-25', 'mx', 'spf', 'dmarc', 'dkim', 'mta-sts', 'tls-rpt', 'certificate'],
  ...['clamd', 'store', 'history', 'quarantine', 'maildir', 'next-hop', 'disk', 'clock', 'descriptors', 'node'],
  'configuration',
]
