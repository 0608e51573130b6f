/** The files of the pages, read when the first of them is asked for. */
import { pathToFileURL } from 'node:url'
import { type Asset, readAssets } from './assets.ts'
import { assetAnswer, PLAIN_CSS } from './http/pages.ts'

/** Answers requests for files by a table of those that are there. */
export class StaticFiles {
  readonly #folder: URL | undefined
  #assets: Promise<ReadonlyMap<string, Asset>> | undefined

  constructor(folder: string | undefined) {
    this.#folder = folder === undefined ? undefined : pathToFileURL(folder.endsWith('/') ? folder : `${folder}/`)
  }

  async answer(path: string, request: Request): Promise<Response> {
    if (path === 'plain.css') return new Response(PLAIN_CSS, { headers: CSS })
    this.#assets ??= readAssets(this.#folder).catch(error => {
      this.#assets = undefined
      throw error
    })
    const asset = (await this.#assets).get(path)
    return asset === undefined
      ? new Response('not found\n', { status: 404, headers: TEXT })
      : assetAnswer(asset, request)
  }
}

const CSS = { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'no-cache' }
const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' }
