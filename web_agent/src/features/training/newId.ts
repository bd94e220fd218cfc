/** Names a new part of a lesson; the server takes small letters, digits and dashes. */
export const newId = (): string => crypto.randomUUID().slice(0, 13)
