/** An object in which some members are others, for instances of classes: a spread would lose their methods. */
export const withMembers = <T extends object>(object: T, own: Partial<T>): T =>
  new Proxy(object, {
    get: (target, name) => {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name)
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
