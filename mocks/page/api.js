// The control API: JSON in and out, and the words of its refusals.

export class Refused extends Error {}

async function call(method, path, body) {
  const asked = { method, headers: {} };
  if (body !== undefined) {
    asked.body = JSON.stringify(body);
    asked.headers["content-type"] = "application/json";
  }
  const answer = await fetch(path, asked);
  const text = await answer.text();
  const data = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Refused(data?.error?.message ?? `The sandbox answered ${answer.status}`);
  return data;
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, body);
export const patch = (path, body) => call("PATCH", path, body);
export const remove = (path) => call("DELETE", path);
