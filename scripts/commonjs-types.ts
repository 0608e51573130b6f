/**
 * Puts the declarations beside the CommonJS build, and marks its folder as CommonJS: the last step of `npm run build`.
 */
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const target = join('dist', 'cjs')
const declarations = readdirSync('dist', { recursive: true, encoding: 'utf8' }).filter(
  file => file.endsWith('.d.ts') && !file.startsWith('cjs'),
)
for (const file of declarations) {
  const copy = join(target, file)
  mkdirSync(dirname(copy), { recursive: true })
  copyFileSync(join('dist', file), copy)
}
writeFileSync(join(target, 'package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`)
