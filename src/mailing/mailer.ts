/** Sends our own mail: written, signed, and handed to a delivery that neither judges nor holds it. */
import { compose } from './compose.ts'
import { sign } from './sign.ts'
import type { Mail, MailOptions, SendOwn } from './types.ts'

/** What a mailer works with. */
export interface MailerOptions {
  readonly mail: MailOptions
  readonly send: SendOwn
}

export class Mailer {
  readonly #options: MailerOptions

  constructor(options: MailerOptions) {
    this.#options = options
  }

  /** The language of texts for people. */
  get language() {
    return this.#options.mail.language ?? 'en'
  }

  /** Sends a mail, once for its name and recipient. Rejects when it was not taken: then it may be tried again. */
  async send(mail: Mail): Promise<void> {
    const { send } = this.#options
    await send({ recipient: mail.to, name: mail.name, content: await this.write(mail) })
  }

  /** The whole mail, with its signature. */
  async write(mail: Mail): Promise<Buffer> {
    const { mail: options } = this.#options
    const content = await compose(mail, options)
    return options.dkim === undefined ? content : await sign(content, options.dkim)
  }
}
