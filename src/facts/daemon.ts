/** Recognises the author of a bounce that has no address. There is nothing to authenticate. */
import type { Header } from '../model/stage.ts'

/**
 * Whether a message with a null reverse-path has one From field, and that names a mail server without an address, such
 * as `MAILER-DAEMON <>` of DragonFly or `Mail Delivery Subsystem <MAILER-DAEMON>` of Sendmail.
 */
export function isDaemonWithoutAddress({ reversePath, header }: Pick<Header, 'reversePath' | 'header'>): boolean {
  if (reversePath !== '') return false
  const [from, second] = header.all('from')
  return from !== undefined && second === undefined && NAMELESS.test(from.value.slice(0, 200))
}

const NAMELESS =
  /^\s*(?:<>|"?(?:mailer-daemon|postmaster|mail (?:delivery|administrator)[a-z ]{0,30})"?\s*(?:<(?:mailer-daemon|postmaster)?>)?)\s*$/i
