/** The fields that describe one part. Each is read once, when it is first needed: several readers ask for the same. */
import type { HeaderField, HeaderFields } from '../model/header.ts'
import { looseFields } from './header/loose-names.ts'
import { looseNames } from './header/loose-parameters.ts'
import { MAX_LENGTH, type Parameters, parseParameters } from './header/parameters.ts'
import { filenames, namesOf, partName } from './names.ts'
import type { PartName } from './part.ts'

/** The number of fields of one name that are read. */
export const MAX_FIELDS = 6

export class PartFields {
  readonly header: HeaderFields
  readonly #parameters = new Map<HeaderField, Parameters>()
  #types: readonly Parameters[] | undefined
  #dispositions: readonly Parameters[] | undefined
  #names: readonly PartName[] | undefined

  constructor(header: HeaderFields) {
    this.header = header
  }

  /** The first Content-Type fields, lenient readings of their name included. */
  get types(): readonly Parameters[] {
    this.#types ??= this.#first('content-type').map(field => this.parametersOf(field))
    return this.#types
  }

  get dispositions(): readonly Parameters[] {
    this.#dispositions ??= this.#first('content-disposition').map(field => this.parametersOf(field))
    return this.#dispositions
  }

  /** Every name that the fields give the part. */
  get names(): readonly PartName[] {
    this.#names ??= namesOf(this.header, this.types, this.dispositions)
    return this.#names
  }

  /** Every form of these names, and of names that only lenient readers find. */
  get filenames(): readonly string[] {
    const others = [...this.#first('content-type'), ...this.#first('content-disposition')].flatMap(({ value }) =>
      looseNames(value),
    )
    return filenames(
      others.length === 0 ? this.names : [...this.names, ...others.map(name => partName('filename', name))],
    )
  }

  parametersOf(field: HeaderField): Parameters {
    const before = this.#parameters.get(field)
    if (before) return before
    const parameters = parseParameters(field.value)
    this.#parameters.set(field, parameters)
    return parameters
  }

  /** Whether the field holds more than is read of it: one without parameters is not read for that. */
  isCut(field: HeaderField): boolean {
    return (field.value.includes(';') || field.value.length > MAX_LENGTH) && this.parametersOf(field).cut
  }

  #first(name: string): readonly HeaderField[] {
    const fields = this.header.all(name)
    const loose = looseFields(this.header, name)
    if (loose.length === 0 && fields.length <= MAX_FIELDS) return fields
    return [...fields, ...loose].slice(0, MAX_FIELDS)
  }
}
