// Every call of the API and the roles that its comment names: the .proto files
// are what callers read, so the server is held to them.
import fs from 'node:fs';
import path from 'node:path';
import { protobuf, root } from '../e2e/world.mjs';

// "`officer`, `complaints` or `audit`"
const list = '((?:`[a-z]+`(?:, | or )?)+)';
const needs = new RegExp(`[Nn]eeds (?:an API key with )?the role ${list}`);
const also = new RegExp(
    `([A-Z]\\w+(?: and [A-Z]\\w+)*)( of parties)? may(?: also)? be called with ${list}`, 'g');
const ownAlso = new RegExp(`[Mm]ay also be called with ${list}`);
const namesIn = (text) => [...text.matchAll(/`([a-z]+)`/g)].map(([, role]) => role);
const oneLine = (comment) => (comment ?? '').replaceAll(/\s+/g, ' ');

// The roles that `comment`, a service's, gives to all its calls and to some.
function ruleOfService(comment, isParty) {
  const base = namesIn(comment.match(needs)?.[1] ?? '');
  const extra = [...comment.matchAll(also)].map(([, names, parties, roles]) => ({
    names: names.split(' and '), parties, roles: namesIn(roles) }));
  return (method) => {
    const more = extra.filter(({ names, parties }) => parties ?
      names.some((verb) => method.startsWith(verb) &&
          isParty(method.slice(verb.length))) :
      names.includes(method));
    return base.concat(...more.map(({ roles }) => roles));
  };
}

// By "Service.Method": the roles, sorted; none if no comment names one.
export function rolesByCall(api) {
  const calls = new Map();
  const visit = (node) => {
    if (node instanceof protobuf.Service) {
      const { methods } = node;
      // Registry: "Get and List of parties"; a party can be updated.
      const isParty = (noun) => [noun, noun.replace(/s$/, '')].some(
          (name) => `Update${name}` in methods);
      const rule = ruleOfService(oneLine(node.comment), isParty);
      for (const method of Object.values(methods)) {
        const comment = oneLine(method.comment);
        const own = comment.match(needs)?.[1];
        const more = namesIn(comment.match(ownAlso)?.[1] ?? '');
        calls.set(`${node.name}.${method.name}`,
            (own ? namesIn(own) : [...rule(method.name), ...more]).sort());
      }
    }
    node.nestedArray?.forEach(visit);
  };
  visit(api);
  return calls;
}

// The API's .proto files with their comments.
export function readApi() {
  const api = new protobuf.Root();
  api.resolvePath = (origin, target) => target.startsWith('google/protobuf') ?
    path.join(root, 'tests/e2e/node_modules/protobufjs', target) :
    path.join(root, 'proto', target);
  const files = ['v1', 'admin/v1'].flatMap((folder) => fs.readdirSync(
      path.join(root, 'proto/sluice', folder)).map(
      (file) => `sluice/${folder}/${file}`));
  return api.loadSync(files, { keepCase: true, alternateCommentMode: true });
}
