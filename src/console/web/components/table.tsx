/** Tables: read by column on wide screens, as cards on narrow ones, and walked by arrow keys. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useConsole } from '../context.tsx'

/** A column of a table. */
export interface Column<R> {
  readonly key: string
  readonly title: string
  readonly cell: (row: R) => ComponentChildren
  /** Numbers stand on the right. */
  readonly isNumber?: boolean
  /** The column takes the space that is left, and cuts what is longer. */
  readonly isWide?: boolean
  /** On a narrow screen the cell has no title: it heads the card. */
  readonly isHead?: boolean
  /** A word or two that stay in one line. */
  readonly isShort?: boolean
  /** Buttons of the row: its title is for screen readers alone. */
  readonly isActions?: boolean
  /** Left out on narrow screens. */
  readonly isExtra?: boolean
  /** Names and addresses: wide enough to be read. */
  readonly isName?: boolean
  /** The first click sorts the largest to the top. @default as for numbers */
  readonly isLargestFirst?: boolean
  /** What rows are sorted by; absent where the column is not sorted. */
  readonly sortBy?: (row: R) => number | string
}

/** By which column a table is sorted. */
export interface Sorting {
  readonly key: string
  readonly isDescending: boolean
}

interface TableProps<R> {
  /** What the table shows, for screen readers. */
  readonly caption: string
  readonly columns: readonly Column<R>[]
  readonly rows: readonly R[]
  readonly keyOf: (row: R) => string
  /** Rows that are selected, by key; absent where rows are not selected. */
  readonly selection?: {
    readonly keys: ReadonlySet<string>
    readonly change: (keys: ReadonlySet<string>) => void
    /** Names a row. */
    readonly nameOf: (row: R) => string
    readonly isSelectable?: (row: R) => boolean
  }
  /** Absent where rows stay in their order; see {@link useSorted}. */
  readonly sorting?: { readonly now: Sorting; readonly change: (to: Sorting) => void }
}

/** A table. Arrow keys, Home and End go from row to row; Tab goes through the controls of a row. */
export function Table<R>({ caption, columns, rows, keyOf, selection, sorting }: TableProps<R>) {
  const body = useRef<HTMLTableSectionElement>(null)
  useEffect(() => {
    const section = body.current
    section?.addEventListener('keydown', walk)
    return () => section?.removeEventListener('keydown', walk)
  }, [])
  return (
    <table class="table">
      <caption class="hidden">{caption}</caption>
      <thead>
        <tr>
          {selection && (
            <th class="cell-select" scope="col">
              <SelectAll rows={rows} keyOf={keyOf} selection={selection} />
            </th>
          )}
          {columns.map(column => (
            <Title key={column.key} column={column} sorting={sorting} />
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        {rows.map(row => {
          const key = keyOf(row)
          return (
            <tr key={key} class={selection?.keys.has(key) ? 'selected' : undefined}>
              {selection && (
                <td class="cell-select">
                  <SelectRow name={key} row={row} selection={selection} />
                </td>
              )}
              {columns.map(column => (
                <Cell key={column.key} column={column} row={row} />
              ))}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

const Cell = <R,>({ column, row }: { readonly column: Column<R>; readonly row: R }) => (
  <td class={classOf(column)} data-title={column.isActions ? '' : column.title}>
    {column.isActions ? <div class="buttons">{column.cell(row)}</div> : column.cell(row)}
  </td>
)

interface TitleProps<R> {
  readonly column: Column<R>
  readonly sorting: TableProps<R>['sorting']
}

/** The title of a column; a button where the table can be sorted by it. */
function Title<R>({ column, sorting }: TitleProps<R>) {
  const { key, title, sortBy, isNumber = false, isLargestFirst = isNumber, isActions } = column
  if (!sorting || !sortBy)
    return (
      <th scope="col" class={classOf(column)}>
        {isActions ? <span class="hidden">{title}</span> : title}
      </th>
    )
  const { now, change } = sorting
  const isSorted = now.key === key
  const order = !isSorted ? undefined : now.isDescending ? 'descending' : 'ascending'
  // Numbers begin with the largest, words with the first of the alphabet.
  const next = { key, isDescending: isSorted ? !now.isDescending : isLargestFirst }
  return (
    <th scope="col" class={classOf(column)} aria-sort={order}>
      <button type="button" class="sort-button" onClick={() => change(next)}>
        {title}
        <span aria-hidden="true">{order === undefined ? '' : order === 'descending' ? '↓' : '↑'}</span>
      </button>
    </th>
  )
}

/** Rows in the order that a person chooses, and what a table needs for that. */
export function useSorted<R>(columns: readonly Column<R>[], rows: readonly R[], first: Sorting) {
  const [now, change] = useState(first)
  const sortBy = columns.find(({ key }) => key === now.key)?.sortBy
  const sign = now.isDescending ? -1 : 1
  const sorted = sortBy === undefined ? rows : rows.toSorted((a, b) => sign * compare(sortBy(a), sortBy(b)))
  return { rows: sorted, sorting: { now, change } }
}

const compare = (a: number | string, b: number | string): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b))

type Selection<R> = NonNullable<TableProps<R>['selection']>

function SelectAll<R>({ rows, keyOf, selection }: Pick<TableProps<R>, 'rows' | 'keyOf'> & { selection: Selection<R> }) {
  const { texts } = useConsole()
  const { isSelectable = () => true, keys, change } = selection
  const selectable = rows.filter(isSelectable).map(keyOf)
  const isAll = selectable.length > 0 && selectable.every(key => keys.has(key))
  return (
    <input
      type="checkbox"
      aria-label={texts.common.selectAll}
      checked={isAll}
      indeterminate={!isAll && keys.size > 0}
      disabled={selectable.length === 0}
      onChange={() => change(new Set(isAll ? [] : selectable))}
    />
  )
}

function SelectRow<R>({ name, row, selection }: { name: string; row: R; selection: Selection<R> }) {
  const { texts } = useConsole()
  const { keys, change, nameOf, isSelectable } = selection
  const toggle = (): void => change(new Set(keys.has(name) ? [...keys].filter(key => key !== name) : [...keys, name]))
  return (
    <input
      type="checkbox"
      aria-label={texts.common.selectRow(nameOf(row))}
      checked={keys.has(name)}
      disabled={isSelectable?.(row) === false}
      onChange={toggle}
    />
  )
}

function classOf<R>({ isNumber, isWide, isHead, isExtra, isShort, isName, isActions }: Column<R>): string | undefined {
  const names = [
    isNumber && 'cell-number',
    isWide && 'cell-wide',
    isHead && 'cell-head',
    isExtra && 'cell-extra',
    isShort && 'cell-short',
    isName && 'cell-name',
    isActions && 'cell-actions',
  ]
  return names.filter(Boolean).join(' ') || undefined
}

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled)'

/** Takes the focus to the same control of another row. */
function walk(event: KeyboardEvent): void {
  const from = event.target
  if (!(from instanceof HTMLElement) || event.altKey || event.ctrlKey || event.metaKey) return
  const row = from.closest('tr')
  const rows = [...(row?.parentElement?.children ?? [])]
  const at = row ? rows.indexOf(row) : -1
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key]
  const next = to === undefined ? undefined : rows[to]
  if (!row || !next) return
  const column = [...row.querySelectorAll(FOCUSABLE)].indexOf(from)
  const controls = [...next.querySelectorAll<HTMLElement>(FOCUSABLE)]
  event.preventDefault()
  controls[Math.min(Math.max(column, 0), controls.length - 1)]?.focus()
}
