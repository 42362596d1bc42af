/** Why something cannot be done while the server is gone. */
export const gone = 'No contact with the server';
