/** The quarantine as one viewer may see it. */
import type { Readable } from 'node:stream'
import type { HeldEntry, HeldMessage, HeldPage, HeldQuery, HeldRecipient, Quarantine } from '../../quarantine/types.ts'
import { heldQuery } from './queries.ts'
import { seesRecipient, type Viewer } from './viewer.ts'

/** Lists, shows and opens for one viewer. */
export class ScopedQuarantine {
  readonly #quarantine: Quarantine
  readonly #viewer: Viewer

  constructor(quarantine: Quarantine, viewer: Viewer) {
    this.#quarantine = quarantine
    this.#viewer = viewer
  }

  async list(asked: Omit<HeldQuery, 'domains'>): Promise<HeldPage> {
    const query = heldQuery(this.#viewer, asked)
    if (query === undefined) return { entries: [] }
    const page = await this.#quarantine.list(query)
    return { ...page, entries: page.entries.filter(({ recipient }) => seesRecipient(this.#viewer, recipient)) }
  }

  /** The message for each recipient that the viewer may see; empty where there is none. */
  async entries(id: string): Promise<readonly HeldEntry[]> {
    const message = await this.#quarantine.get(id)
    return message === undefined ? [] : this.#seen(message)
  }

  /** The message for one recipient. */
  async entry(id: string, recipient: string): Promise<HeldEntry | undefined> {
    if (!seesRecipient(this.#viewer, recipient)) return undefined
    const wanted: Viewer = { name: '', role: 'user', domains: null, addresses: [recipient] }
    return (await this.entries(id)).find(entry => seesRecipient(wanted, entry.recipient))
  }

  /** The bytes of a message of which the viewer may see a recipient; undefined where there is none. */
  async open(id: string): Promise<{ readonly entry: HeldEntry; readonly open: () => Promise<Readable> } | undefined> {
    const [entry] = await this.entries(id)
    return entry && { entry, open: () => this.#quarantine.open(id) }
  }

  #seen({ recipients, ...message }: HeldMessage): readonly HeldEntry[] {
    return recipients
      .filter(({ recipient }) => seesRecipient(this.#viewer, recipient))
      .map((recipient: HeldRecipient) => ({ ...message, ...recipient }))
  }
}
