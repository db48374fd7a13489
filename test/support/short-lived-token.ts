import { SignJWT } from 'jose';

/** A JWT over JWT_SIGN_KEY that is over after as many seconds as the test says. */
export function shortLivedToken(username: string, seconds: number, signKey: string): Promise<string> {
  return new SignJWT({ username, groups: [] })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.floor(Date.now() / 1_000) + seconds)
    .sign(new TextEncoder().encode(signKey));
}
