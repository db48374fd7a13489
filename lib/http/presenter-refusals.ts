/** What presenters answer where they don't answer the question, by status. */
export const presenterRefusals: Readonly<Record<number, string>> = {
  400: 'A parameter is not as it should be; `details.causes` names it',
  401: 'No token, or none that is good',
  503: 'Rights, tokens or rows cannot be found out now; `Retry-After` says when to come again',
  504: 'The database did not answer in time; ask for less',
};
