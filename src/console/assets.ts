/**
 * The files of the console's pages: built by `npm run build` into the package. In the repository, where the source runs
 * without a build, they are built when the console is first opened.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'

/** One file of the pages, in memory: all of them are less than 1 MB. */
export interface Asset {
  /** Below the console's URL, such as `assets/app-K3X9ABCD.js`; '' is the page itself. */
  readonly path: string
  /** The media type. */
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer>
  /** The same, compressed by Brotli. */
  readonly brotli: Uint8Array<ArrayBuffer>
  /** The path names the content: it never changes. */
  readonly isImmutable: boolean
}

/** What `scripts/pages.ts` writes beside the files: their media types by their paths. */
type Manifest = Readonly<Record<string, string>>

const compress = promisify(brotliCompress)

/** Reads all files of the pages, by their paths. */
export async function readAssets(folder?: URL): Promise<ReadonlyMap<string, Asset>> {
  const place = folder ?? (await pagesFolder(import.meta.url))
  const manifest: Manifest = JSON.parse(await readFile(new URL('manifest.json', place), 'utf8'))
  const assets = await Promise.all(Object.entries(manifest).map(([path, type]) => readAsset(place, path, type)))
  return new Map(assets.map(asset => [asset.path, asset]))
}

async function readAsset(folder: URL, file: string, type: string): Promise<Asset> {
  const body = new Uint8Array(await readFile(new URL(file, folder)))
  const brotli = new Uint8Array(await compress(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }))
  const isPage = file === 'index.html'
  return { path: isPage ? '' : file, type, body, brotli, isImmutable: !isPage && file.startsWith('assets/') }
}

/** Where the files are; a bundler may have put this file anywhere above them. */
async function pagesFolder(here: string): Promise<URL> {
  if (here.endsWith('.ts')) return await builtHere()
  const places = ['./web/', './console/web/', './dist/console/web/', '../console/web/']
  const found = places.map(path => new URL(path, here)).find(url => existsSync(new URL('manifest.json', url)))
  if (!found) throw new Error(`console/web is not where the build of postern puts it, near ${here}`)
  return found
}

/** In the repository: builds the pages anew, since their source may have changed. */
async function builtHere(): Promise<URL> {
  const folder = new URL(`../../node_modules/.cache/postern/pages-${process.pid}/`, import.meta.url)
  await mkdir(folder, { recursive: true })
  const script = fileURLToPath(new URL('../../scripts/pages.ts', import.meta.url))
  await promisify(execFile)(process.execPath, [script, fileURLToPath(folder)])
  return folder
}
