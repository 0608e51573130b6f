/**
 * The files of the console's pages: built by `npm run build` into the package. In the repository, where the source runs
 * without a build, they are built when the console is first opened.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
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
  if (folder !== undefined) return await readFolder(folder)
  return import.meta.url.endsWith('.ts') ? await buildAndRead() : await readFolder(builtFolder(import.meta.url))
}

async function readFolder(folder: URL): Promise<ReadonlyMap<string, Asset>> {
  const manifest: Manifest = JSON.parse(await readFile(new URL('manifest.json', folder), 'utf8'))
  const assets = await Promise.all(Object.entries(manifest).map(([path, type]) => readAsset(folder, path, type)))
  return new Map(assets.map(asset => [asset.path, asset]))
}

async function readAsset(folder: URL, file: string, type: string): Promise<Asset> {
  const body = new Uint8Array(await readFile(new URL(file, folder)))
  const brotli = new Uint8Array(await compress(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }))
  const isPage = file === 'index.html'
  return { path: isPage ? '' : file, type, body, brotli, isImmutable: !isPage && file.startsWith('assets/') }
}

/** Where the build puts the files; a bundler may have put this file anywhere above them. */
function builtFolder(here: string): URL {
  const places = ['./web/', './console/web/', '../console/web/', '../../console/web/']
  const found = places.map(path => new URL(path, here)).find(url => existsSync(new URL('manifest.json', url)))
  if (!found) throw new Error(`console/web is not where the build of postern puts it, near ${here}`)
  return found
}

/** In the repository: builds the pages anew, since their source may have changed. */
async function buildAndRead(): Promise<ReadonlyMap<string, Asset>> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-pages-'))
  try {
    const script = fileURLToPath(new URL('../../scripts/pages.ts', import.meta.url))
    await promisify(execFile)(process.execPath, [script, folder])
    return await readFolder(pathToFileURL(`${folder}/`))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
