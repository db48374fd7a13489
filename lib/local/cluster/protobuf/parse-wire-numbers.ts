/** A field of a message: by its JSON name, or a message whose fields JSON shows beside those of its owner. */
export type WireField =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'inline'; readonly type: string };

/**
 * Reads lines of `type field field=number @inlined.type …`: a field without a number has the one after its
 * predecessor's, the first one has 1.
 */
export function parseWireNumbers(text: string): ReadonlyMap<string, ReadonlyMap<number, WireField>> {
  const types = new Map<string, ReadonlyMap<number, WireField>>();
  for (const line of text.split('\n')) {
    const [type = '', ...words] = line.split(' ');
    if (type === '') continue;
    const fields = new Map<number, WireField>();
    let number = 0;
    for (const word of words) {
      const [name = '', given] = word.split('=');
      number = given === undefined ? number + 1 : Number(given);
      fields.set(
        number,
        name.startsWith('@') ? { kind: 'inline', type: name.slice(1) } : { kind: 'field', name },
      );
    }
    types.set(type, fields);
  }
  return types;
}
