/** The configuration that `postern init` writes: commented, and right as it stands. */

export const TEMPLATE_FILE = 'postern.config.ts'

const ENTRY = `'postern/relay'`

/** Lines that begin with `//+` are comments, or with everything on they are code. */
const SOURCE = `/**
 * The configuration of postern. Check it with: npx postern config check ${TEMPLATE_FILE}
 * Every option is described in docs/reference/configuration.md of the package. Without changes postern listens on this
 * machine alone, delivers into ./mail, and refuses nothing.
 */
import { defineConfig } from ${ENTRY}

export default defineConfig({
  // Where clients connect. For mail of the Internet: '0.0.0.0:25' and '[::]:25'.
  listeners: [
    {
      address: '127.0.0.1:2525',
      // A certificate for STARTTLS; it is read again when it changes. Without it a self-signed one is made.
      // tls: { cert: '/etc/postern/cert.pem', key: '/etc/postern/key.pem' },
    },
  ],

  // The full name of this host, as its DNS has it.
  // name: 'mx.example.org',

  // The domains that mail is accepted for.
  // domains: ['example.org'],

  // The server that gets the mail. Without it mail goes into the Maildir; quarantined mail into .Junk in it.
  // nextHop: { hosts: ['mail.example.org:25'] },
  maildir: './mail',

  // 'shadow' decides and logs, and accepts everything. Read the log for some days, then write 'enforce'.
  mode: 'shadow',

  // The scores from which a message is tagged, quarantined and refused.
  // thresholds: { tag: 4, quarantine: 6, reject: 15 },

  // Each filter by its name: its options, or false to leave it out.
  // filters: {
  //   greylist: true,
  //   dnsbl: { zones: [{ zone: 'zen.example.net', points: { '127.0.0.2': 6 } }] },
  //   clamav: { socket: '/run/clamav/clamd.ctl' },
  // },

  // Who is always allowed or denied. 'postern list' changes the lists of a store without a restart.
  // lists: { deny: { domains: ['spam.example'] } },

  // What outlives a restart, and what several workers share: a file, or Redis.
  // store: { file: './postern.db' },
  // workers: 2,

  // Numbers for Prometheus at /metrics, and /health and /ready.
  // metrics: '127.0.0.1:9100',

  // What became of each recipient, for 'postern trace'.
  //+ log: { history: { folder: './history' } },

  // Quarantined mail is held here until somebody releases it, in place of being delivered apart. In shadow mode
  // nothing is quarantined: see mode.
  //+ quarantine: { folder: './held' },

  // What follows runs in a process beside mail, the management process.

  // Pages for people: what happened, the quarantine, rules, load. The first start prints a link to set it up. Put a
  // reverse proxy with TLS in front of it, and set its url, to reach it from elsewhere.
  //+ console: { listen: '127.0.0.1:8080' },

  // Who our own mail is from. Without a dkim key it is not signed.
  //+ mail: { from: 'postern@example.org' },

  // Once a day each person gets a mail with what is held for them, and links to release it: docs/guides/digests.md.
  // The url is where people reach the console.
  //+ digest: { url: 'http://127.0.0.1:8080' },

  // Tells operators by mail what fails, and by a webhook: docs/guides/alerts.md.
  //+ alerts: { mail: ['postmaster@example.org'] },

  // A summary of each week, and reports about our domains that others send: docs/guides/reports.md.
  //+ summary: { to: ['postmaster@example.org'] },
  //+ reports: { receive: ['dmarc-reports@example.org'] },

  // Looks every 15 minutes at DNS, certificates, services and disks, as 'postern doctor' does.
  //+ doctor: true,
})
`

/** @param all switches on what is optional */
export const template = (all: boolean): string => SOURCE.replace(/\/\/\+ /g, all ? '' : '// ')
