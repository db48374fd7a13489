import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSseFrame } from './sse-frame.ts';

describe('formatSseFrame()', () => {
  it('writes the fields in an order that every client reads', () => {
    expect(formatSseFrame({ event: 'krateo', id: 'a1', data: '{"a":1}', retryMs: 3000 })).toBe(
      'retry: 3000\nevent: krateo\nid: a1\ndata: {"a":1}\n\n',
    );
  });

  it('writes a comment alone as a heartbeat', () => {
    expect(formatSseFrame({ comment: '' })).toBe(': \n\n');
  });

  it.each(['a\nb', 'a\rb', 'a\r\nb', '\n'])('refuses the line break in event and id %j', (value) => {
    expect(() => formatSseFrame({ event: value })).toThrow(RangeError);
    expect(() => formatSseFrame({ id: value })).toThrow(RangeError);
  });

  it('refuses NUL in an id, because clients then ignore the id', () => {
    expect(() => formatSseFrame({ id: 'a\0b' })).toThrow(RangeError);
  });

  it.each([-1, 1.5, Number.NaN])('refuses retry %d', (retryMs) => {
    expect(() => formatSseFrame({ retryMs })).toThrow(RangeError);
  });

  it('is read back as what went in, whatever the data holds', () => {
    const text = fc.string({ unit: fc.oneof(fc.constantFrom('\r', '\n', ':', ' ', '\0'), fc.string()) });
    const line = text.map((value) => value.replace(/[\r\n\0]/g, ''));
    const frames = fc.array(fc.record({ event: line, id: line, data: text, comment: text }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(frames, (sent) => {
        const received = readFrames(sent.map(formatSseFrame).join(''));
        expect(received).toEqual(
          sent.map(({ event, id, data }) => ({ event, id, data: data.replace(/\r\n|\r/g, '\n') })),
        );
      }),
    );
  });
});

/** The standard's parser, as far as frames that always carry data need it. */
function readFrames(stream: string): { event: string; id: string; data: string }[] {
  const frames: { event: string; id: string; data: string }[] = [];
  let event = '';
  let id = '';
  let data: string[] = [];
  for (const line of stream.split(/\r\n|\n|\r/)) {
    if (line === '') {
      if (data.length > 0) frames.push({ event, id, data: data.join('\n') });
      event = '';
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    if (field === 'id') id = value;
    if (field === 'data') data.push(value);
  }
  return frames;
}
