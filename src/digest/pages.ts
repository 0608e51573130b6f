/**
 * Answers requests for the links of digests. Programs that look for dangerous links follow every one of them, so that a
 * GET shows a page and nothing else: only a POST acts, with the token in its body.
 */
import { visible } from '../mailing/visible.ts'
import { errorText } from '../model/errors.ts'
import { type Clock, type Notify, systemClock } from '../model/services.ts'
import type { Store } from '../model/store.ts'
import { type HeldEntry, mayRelease, type Quarantine, type Releaser } from '../quarantine/index.ts'
import { entryFor } from '../quarantine/releaser.ts'
import { dateOf } from './digest-mail.ts'
import { type PageContent, pageResponse } from './page.ts'
import { whyHeld } from './reasons.ts'
import { textsOf } from './texts.ts'
import { type Ticket, type Tokens, UsedTokens } from './token.ts'

/** What the pages work with. */
export interface DigestPagesOptions {
  readonly tokens: Tokens
  readonly quarantine: Quarantine
  readonly releaser: Releaser
  /** The store that all nodes share: each token acts once over all of them. */
  readonly store: Store
  /** A release by a link trains the filters, and so does a deletion. @default true */
  readonly train?: boolean
  /** Called when a request cannot be answered. */
  readonly notify: Notify
  /** @default the system's clock */
  readonly clock?: Clock
}

/** A body that is longer is no form of ours. */
const MAX_BODY_LENGTH = 4_096
const MAX_TEXT_LENGTH = 200

/**
 * Answers the requests below `/d/`.
 *
 * @example
 * const answer = digestPages({ tokens, quarantine, releaser, store, notify })
 * const response = await answer(request)
 */
export function digestPages(options: DigestPagesOptions): (request: Request) => Promise<Response> {
  const pages = new DigestPages(options)
  return request => pages.answer(request)
}

class DigestPages {
  readonly #options: DigestPagesOptions
  readonly #clock: Clock
  readonly #used: UsedTokens

  constructor(options: DigestPagesOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#used = new UsedTokens(options.store)
  }

  /** Never rejects. */
  async answer(request: Request): Promise<Response> {
    try {
      const { method } = request
      if (method === 'GET' || method === 'HEAD') return await this.#show(request, method === 'HEAD')
      if (method === 'POST') return await this.#act(request)
      return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD, POST' } })
    } catch (error) {
      this.#options.notify({
        ...{ code: 'digest/page', level: 'warning' },
        reason: `a link of a digest cannot be answered: ${errorText(error)}`,
      })
      return pageResponse(503, {
        language: 'en',
        title: textsOf('en').heading,
        paragraphs: [textsOf('en').page.failed],
      })
    }
  }

  /** Changes nothing, however often it is asked. */
  async #show(request: Request, isHead: boolean): Promise<Response> {
    const { pathname } = new URL(request.url)
    const token = pathname.slice(pathname.lastIndexOf('/') + 1)
    const ticket = this.#options.tokens.read(token)
    const refused = this.#refusal(ticket)
    if (ticket === undefined || refused !== undefined) return refused ?? invalid()
    const entry = await this.#find(ticket)
    const state = stateOf(ticket, entry)
    if (state !== undefined) return answer(ticket, state.status, [state.text], isHead)
    const { page } = textsOf(ticket.language)
    const form = {
      action: pathname.slice(0, pathname.lastIndexOf('/') + 1),
      token,
      button: page.buttons[ticket.action],
    }
    return pageResponse(200, { ...about(ticket, entry), paragraphs: [page.explain[ticket.action]], form }, isHead)
  }

  async #act(request: Request): Promise<Response> {
    const token = await tokenIn(request)
    const ticket = token === undefined ? undefined : this.#options.tokens.read(token)
    const refused = this.#refusal(ticket)
    if (token === undefined || ticket === undefined || refused !== undefined) return refused ?? invalid()
    const { page } = textsOf(ticket.language)
    const begun = await this.#used.begin(token)
    if (begun !== 'begun') return answer(ticket, 409, [begun === 'used' ? page.used : page.inUse])
    let isDone = false
    try {
      const { status, paragraphs } = await this.#decide(ticket)
      isDone = status !== 502
      return answer(ticket, status, paragraphs)
    } finally {
      // What the next hop did not take is still held, and the link may be used again.
      if (isDone) await this.#used.done(token, ticket.expires, this.#clock.now())
      else await this.#used.failed(token)
    }
  }

  async #decide(ticket: Ticket): Promise<{ readonly status: number; readonly paragraphs: readonly string[] }> {
    const { releaser, train = true } = this.#options
    const { id, recipient, by, role, action } = ticket
    const { page } = textsOf(ticket.language)
    const asked = { id, recipient, by, role, why: 'by a link of a digest', train }
    const result =
      action === 'delete'
        ? await releaser.delete(asked)
        : await releaser.release({ ...asked, allow: action === 'allow' })
    switch (result.kind) {
      case 'done': {
        const { allowed } = result
        const isAllowed = allowed === undefined ? [] : [page.allowed(allowed.sender)]
        return { status: 200, paragraphs: [page.done[action], ...isAllowed, page.close] }
      }
      case 'done-before':
        return { status: 409, paragraphs: [page.doneBefore[result.state]] }
      case 'unknown':
        return { status: 410, paragraphs: [page.gone] }
      case 'forbidden':
        return { status: 403, paragraphs: [page.forbidden] }
      case 'failed':
        return { status: 502, paragraphs: [page.failed] }
      default:
        throw result satisfies never
    }
  }

  /** What is wrong with the ticket itself; nothing is looked up for it. */
  #refusal(ticket: Ticket | undefined): Response | undefined {
    if (ticket === undefined) return invalid()
    if (ticket.expires > this.#clock.now()) return undefined
    return answer(ticket, 410, [textsOf(ticket.language).page.expired])
  }

  async #find({ id, recipient }: Ticket): Promise<HeldEntry | undefined> {
    const message = await this.#options.quarantine.get(id)
    return message && entryFor(message, recipient)
  }
}

/** Why there is nothing to decide any more; undefined where there is. */
function stateOf(
  { language, role, action }: Ticket,
  entry: HeldEntry | undefined,
): { readonly status: number; readonly text: string } | undefined {
  const { page } = textsOf(language)
  if (entry === undefined) return { status: 410, text: page.gone }
  if (entry.state === 'released' || entry.state === 'deleted')
    return { status: 410, text: page.doneBefore[entry.state] }
  if (entry.state === 'releasing') return { status: 409, text: page.inUse }
  const isForbidden = action !== 'delete' && !mayRelease(role, entry.kind)
  return isForbidden ? { status: 403, text: page.forbidden } : undefined
}

function about({ language, action }: Ticket, entry: HeldEntry | undefined): Omit<PageContent, 'paragraphs'> {
  const texts = textsOf(language)
  const title = texts.page.titles[action]
  if (entry === undefined) return { language, title }
  const { from, reversePath, subject, recipient, time, kind, findings } = entry
  return {
    language,
    title,
    rows: [
      [texts.page.subject, visible(subject ?? '', MAX_TEXT_LENGTH) || texts.noSubject],
      [texts.from, visible(from ?? reversePath, MAX_TEXT_LENGTH) || texts.noSender],
      [texts.recipient, visible(recipient, MAX_TEXT_LENGTH)],
      [texts.page.received, dateOf(time, 'UTC', language)],
      [texts.why, whyHeld(kind, findings, texts)],
    ],
  }
}

const answer = (
  { language, action }: Ticket,
  status: number,
  paragraphs: readonly string[],
  isHead = false,
): Response => pageResponse(status, { language, title: textsOf(language).page.titles[action], paragraphs }, isHead)

/** In both languages: nothing is known of the reader. */
function invalid(): Response {
  const [en, zh] = [textsOf('en'), textsOf('zh-CN')]
  return pageResponse(404, { language: 'en', title: en.heading, paragraphs: [en.page.invalid, zh.page.invalid] })
}

/** The token of a form; undefined for everything else. */
async function tokenIn(request: Request): Promise<string | undefined> {
  const type = request.headers.get('Content-Type') ?? ''
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) return undefined
  const body = await textWithin(request, MAX_BODY_LENGTH)
  if (body === undefined) return undefined
  const tokens = new URLSearchParams(body).getAll('token')
  return tokens.length === 1 ? tokens[0] : undefined
}

/** The body, if it is no longer than that; what is beyond is not read. */
async function textWithin({ body }: Request, max: number): Promise<string | undefined> {
  if (body === null) return ''
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
    length += part.length
    // Leaving the loop cancels the stream.
    if (length > max) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('latin1')
}
