import { SignJWT } from 'jose';

export type DemoUser = { readonly username: string; readonly groups: readonly string[] };

// Long enough for a working day in front of it, short enough to be harmless in a shell history.
const lifetime = '12h';

/** A token as Krateo's authn issues it: HS256 over JWT_SIGN_KEY with `username` and `groups`. */
export async function demoToken(user: DemoUser, signKey: string): Promise<string> {
  return new SignJWT({ username: user.username, groups: [...user.groups] })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer('krateo.io')
    .setSubject(user.username)
    .setIssuedAt()
    .setNotBefore('0s')
    .setExpirationTime(lifetime)
    .sign(new TextEncoder().encode(signKey));
}
