/**
 * A CloudEvent 1.0 as kubemirror handles it. Attribute values are printable ASCII without space, quote and
 * percent sign where we emit them, because SDKs disagree about escaping them in headers.
 * `time` stays the string that was sent: parsing it loses nanoseconds.
 */
export type CloudEvent<T = unknown> = {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  /** Extension attributes: lower-case alphanumeric names of at most 20 characters. */
  readonly extensions: Readonly<Record<string, string>>;
  readonly data: T;
};
