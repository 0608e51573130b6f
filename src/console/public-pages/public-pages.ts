/** Pages without sign-in: what a refusal means (`/r/REF`), and whether mail is late (`/status`). */
import type { History } from '../../history/types.ts'
import type { GatewayEvent, SentReply } from '../../model/events.ts'
import type { ClientInfo } from '../http/client.ts'
import { ApiError } from '../http/errors.ts'
import { plainPage } from '../http/pages.ts'
import type { ConsoleOptions } from '../options.ts'
import type { SignInLimits } from '../sign-in/limits.ts'
import { adviceFor } from './advice.ts'

/** What these pages work with. */
export interface PublicParts {
  readonly history: Pick<History, 'get'> | undefined
  readonly limits: SignInLimits
  readonly status: ConsoleOptions['status']
}

/** Long enough that none is found by trying, in the form in which replies carry them. */
const REFERENCE = /^[A-Za-z0-9_-]{8,64}$/

/** Answers them. */
export class PublicPages {
  readonly #parts: PublicParts

  constructor(parts: PublicParts) {
    this.#parts = parts
  }

  /** What the class of a refusal means. A reference that is not known and mail that was taken have one page. */
  async refusal(ref: string, client: ClientInfo): Promise<Response> {
    const { limits, history } = this.#parts
    try {
      await limits.spend('reference', client.key)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return plainPage('Too many requests', ['Try again in some minutes.'], { status: error.status })
    }
    if (!REFERENCE.test(ref) || history === undefined) return unknown()
    const status = refusalIn(await history.get(ref))?.status
    const advice = status === undefined ? undefined : adviceFor(status)
    if (advice === undefined) return unknown()
    return plainPage(advice.title, [...advice.paragraphs, `Reference: ${ref}`])
  }

  /** In the language that the browser asks for first. */
  async status(request: Request): Promise<Response> {
    const language = /^\s*zh/i.test(request.headers.get('accept-language') ?? '') ? 'zh-CN' : 'en'
    const { title, text } = (await this.#parts.status?.(language)) ?? USUAL[language]
    return plainPage(title, [text], { language })
  }
}

const USUAL = {
  en: { title: 'Mail works', text: 'Mail is accepted and delivered as usual.' },
  'zh-CN': { title: '邮件正常', text: '邮件正常接收和投递。' },
} as const

const unknown = (): Response =>
  plainPage(
    'This reference is not known',
    ['It may be too old, or not written in full. Copy it from the message that says that your mail was refused.'],
    { status: 404 },
  )

/** The gravest refusal of a session: one for good comes before one for now. */
function refusalIn(events: readonly GatewayEvent[]): SentReply | undefined {
  const replies = events.flatMap(event => ('reply' in event && event.reply !== undefined ? [event.reply] : []))
  return replies.find(({ code }) => code >= 500) ?? replies.find(({ code }) => code >= 400)
}
