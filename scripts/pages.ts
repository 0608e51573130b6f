/**
 * Builds the pages of the console into a folder: `node scripts/pages.ts [FOLDER]`, by default `dist/console/web`. Names
 * carry a hash of the content. Fails when all scripts together are larger than a phone should load.
 */
import { globSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'tsup'

const MAX_SCRIPTS = 120 * 1_024

const root = resolve(import.meta.dirname, '..')
const source = join(root, 'src/console/web')
const folder = resolve(process.argv[2] ?? join(root, 'dist/console/web'))
const assets = join(folder, 'assets')

await rm(folder, { recursive: true, force: true })
await mkdir(assets, { recursive: true })
process.chdir(root)
await build({
  config: false,
  silent: true,
  entry: { app: join(source, 'main.tsx'), styles: join(source, 'styles.css') },
  tsconfig: join(source, 'tsconfig.json'),
  outDir: assets,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  splitting: true,
  noExternal: [/./],
  outExtension: () => ({ js: '.js' }),
  esbuildOptions: options => {
    options.entryNames = '[name]-[hash]'
    options.chunkNames = '[name]-[hash]'
  },
})

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
}

const built = await readdir(assets)
const named = (start: string, extension: string): string => {
  const name = built.find(file => file.startsWith(start) && file.endsWith(extension))
  if (name === undefined) throw new Error(`no ${start}${extension} in ${assets}`)
  return `assets/${name}`
}
const page = await readFile(join(source, 'index.html'), 'utf8')
const linked = page.replace('styles.css', named('styles-', '.css')).replace('app.js', named('app-', '.js'))
await writeFile(join(folder, 'index.html'), linked)
await copyFile(join(source, 'icon.svg'), join(folder, 'icon.svg'))
await copyFile(join(root, 'docs/reference/openapi.json'), join(folder, 'openapi.json'))
await writeFile(join(folder, 'licences.txt'), licences())

const files = ['index.html', 'icon.svg', 'openapi.json', 'licences.txt', ...built.map(file => `assets/${file}`)]
const types = files.map(file => [file, TYPES[file.slice(file.lastIndexOf('.') + 1)] ?? 'application/octet-stream'])
await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(Object.fromEntries(types), null, 2)}\n`)

const compressed = (extension: string): number =>
  built
    .filter(file => file.endsWith(extension))
    .reduce((sum, file) => sum + gzipSync(readFileSync(join(assets, file))).byteLength, 0)
const kilobytes = (bytes: number): string => `${(bytes / 1_024).toFixed(1)} KB`
console.log(`console pages: scripts ${kilobytes(compressed('.js'))}, styles ${kilobytes(compressed('.css'))} (gzip)`)
if (compressed('.js') > MAX_SCRIPTS) throw new Error(`scripts of the console exceed ${kilobytes(MAX_SCRIPTS)}`)

/** The licences of what is bundled; each asks to be shown. */
function licences(): string {
  const names = ['preact', 'uplot', 'uqr']
  const texts = globSync(names.map(name => `node_modules/${name}/LICENSE*`)).toSorted()
  return texts
    .map(file => `${dirname(file).split(/[\\/]/).pop()}\n\n${readFileSync(file, 'utf8').trim()}\n`)
    .join('\n\n')
}
