/** The summary in English. */
import type { SummaryTexts } from './types.ts'

const number = new Intl.NumberFormat('en')

export const en: SummaryTexts = {
  subject: (name, from, to) => `Mail of the week at ${name}, ${from} to ${to}`,
  heading: (from, to) => `Mail of the week, ${from} to ${to}`,
  scope: domains => `This summary is about ${domains}.`,
  mail: 'What became of mail',
  recipients: 'Recipients that clients named',
  results: { accepted: 'Delivered', quarantined: 'Quarantined', deferred: 'Deferred', refused: 'Refused' },
  stopped: 'Where it was stopped',
  stoppedAt: {
    connect: 'Connections, when they began',
    helo: 'Connections, at their greeting',
    mail: 'Messages, by their sender',
    rcpt: 'Recipients, before the message',
    message: 'Recipients, by the message',
  },
  trend: 'The weeks before',
  week: from => `Week of ${from}`,
  weekFigures: ({ recipients }, share) => `${number.format(recipients)} recipients, ${share} not delivered`,
  corrected: 'What people have put right',
  released: 'Released from the quarantine',
  trained: { ham: 'Reported as wanted', spam: 'Reported as spam' },
  held: 'In the quarantine now',
  rules: 'Rules with the most hits',
  load: 'Load',
  levels: { green: 'Green', amber: 'Amber', red: 'Red' },
  minutes: count => `${number.format(count)} min`,
  notices: 'Warnings',
  none: 'None.',
  footer: 'Days are those of UTC. The option summary of the configuration says who gets this mail.',
}
