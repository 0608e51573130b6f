/**
 * Prints what npm installs with postern as CycloneDX: `npm run --silent sbom > sbom.cdx.json`. `npm sbom --omit=dev`
 * leaves out a package that a package for development needs too, so npm gets a lock file without those.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { optional, required } from './licences.ts'
import { type Locked, packageAt } from './lock-file.ts'

const installed = new Set([...required, ...optional].map(({ name, version }) => `${name}@${version}`))
const folder = mkdtempSync(join(tmpdir(), 'postern-sbom-'))
try {
  const { devDependencies: _dev, ...manifest } = JSON.parse(readFileSync('package.json', 'utf8'))
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> }
  const { '': root = {}, ...others } = lock.packages
  const { devDependencies: _rootDev, ...ours } = root
  const kept = Object.entries(others).filter(([place, { version }]) => installed.has(`${packageAt(place)}@${version}`))
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  const packages = { '': ours, ...Object.fromEntries(kept) }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...lock, packages }))
  const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=library']
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
  })
  if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`)
  process.stdout.write(stdout)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
