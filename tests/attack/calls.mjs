// Calls of the whole API: a key for each role, requests that take effect, and
// one way to make a call of any kind.
import { advert, code, grpc, sluice } from '../e2e/world.mjs';

export const roles = ['submit', 'officer', 'complaints', 'audit', 'admin'];
export const bearer = (secret) => `Bearer ${secret}`;

export const makeKey = (world, role, more = {}) =>
  world.call('RegistryService', 'CreateKey', { reason: 'matrix',
    account_id: role === 'submit' ? 'acc' : '', person: role,
    roles: [`ROLE_${role.toUpperCase()}`], ...more });
// The secrets of a key for each role.
export async function makeKeys(world) {
  return Object.fromEntries(await Promise.all(roles.map(
      async (role) => [role, (await makeKey(world, role)).secret])));
}

export const seconds = (ms) => ({ seconds: Math.floor(ms / 1000) });

// Requests with which a call that changes something does change it, unless
// the state of this small store forbids it; by "Service.Method".
export async function makeRequests(world, keys) {
  const submit = async (message) => (await world.call('GatewayService', 'Submit',
      { messages: [message] }, keys.submit)).verdicts[0].message_id;
  const later = { send_after: seconds(world.now() + 3_600_000) };
  const waiting = await submit({ ...code('13800138001'), ...later });
  const sent = await submit({ ...advert('13800138002'), key: 'known' });
  const held = await Promise.all([0, 1, 2].map((i) => submit({
    ...code(`1380013801${i}`), message_class: 'MESSAGE_CLASS_NOTICE',
    text: '【云杉超市】农行卡6228480012345678901，户名王某' })));
  const optOut = async (recipient) => (await world.call('OptOutsService',
      'AddOptOut', { recipient, scope: { content_provider_id: 'shop' },
        source: 'OPT_OUT_SOURCE_OFFICER' })).opt_out.id;
  await optOut('13800138003');
  const withdrawn = (await world.call('OptOutsService', 'ProposeCorrection',
      { opt_out_id: await optOut('13800138009'), reason: 'matrix' })).correction;
  await world.call('RegistryService', 'CreateTemplate', { reason: 'matrix',
    template: { id: 'tpl1', content_provider_id: 'shop', text: '您的包裹已到。',
      message_class: 'MESSAGE_CLASS_NOTICE' } });
  const victim = await makeKey(world, 'audit');
  const { files } = await world.call('RulesService', 'ExportVersion', {});
  const draft = files.map((file) => file.name !== 'policy.yaml' ? file :
    { ...file, content: Buffer.from(String(file.content)
        .replace('commercial-day\n', 'commercial-a-day\n')) });
  const party = (noun, field, body) => ({
    [`Get${noun}`]: { id: body.id },
    [`Update${noun}`]: { [field]: { id: body.id, revision: 1, ...body },
      update_mask: { paths: ['name'] }, reason: 'matrix' } });
  const make = (noun, field, body) => ({
    [`Create${noun}`]: { [field]: body, reason: 'matrix' } });
  const registry = {
    ...party('Licensee', 'licensee', { id: 'lic', name: 'Other' }),
    ...party('Account', 'account', { id: 'acc', name: 'Other' }),
    ...party('ContentProvider', 'content_provider', { id: 'shop', name: 'Other' }),
    ...party('Signature', 'signature', { id: 'shop-sig', name: '别家' }),
    GetPort: { id: 'shop-ads' },
    UpdatePort: { port: { id: 'shop-ads', revision: 1, alias: 'other' },
      update_mask: { paths: ['alias'] }, reason: 'matrix' },
    ...make('Licensee', 'licensee', { id: 'lic2', name: 'New',
      license_number: 'B2-2', license_type: 'B25', license_areas: ['all'],
      license_start_time: { seconds: 0 },
      license_end_time: { seconds: 4_000_000_000 } }),
    ...make('Account', 'account', { id: 'acc2', name: 'New',
      licensee_id: 'lic', content_provider_ids: ['shop'] }),
    ...make('ContentProvider', 'content_provider', { id: 'shop2', name: 'New' }),
    ...make('Signature', 'signature', { id: 'sig2', name: '云杉超市二店',
      content_provider_id: 'shop' }),
    ...make('Template', 'template', { id: 'tpl2', content_provider_id: 'shop',
      message_class: 'MESSAGE_CLASS_NOTICE', text: '您的退货已收到。' }),
    ...make('Port', 'port', { id: 'port2', number: '10690013', alias: 'two',
      content_provider_id: 'shop', licensee_id: 'lic',
      purposes: ['MESSAGE_CLASS_NOTICE'], signature_placement: 'PLACEMENT_CHECK',
      notice_placement: 'PLACEMENT_CHECK' }),
    UpdateTemplate: { template: { id: 'tpl1', revision: 1, text: '包裹已到店。' },
      update_mask: { paths: ['text'] }, reason: 'matrix' },
    GetTemplate: { id: 'tpl1' },
    CreateKey: { roles: ['ROLE_ADMIN'], person: 'thief', reason: 'matrix' },
    ListKeyHolders: { ids: [victim.key.id] },
    RevokeKey: { id: victim.key.id, reason: 'matrix' },
  };
  const number = (n) => ({ recipient: `1380013800${n}`,
    scope: { content_provider_id: 'shop' },
    source: 'OPT_OUT_SOURCE_OFFICER' });
  const why = { reason: 'matrix' };
  const byService = {
    GatewayService: {
      Submit: { messages: [code('13800138004')] },
      SubmitStream: { batch: 1, messages: [code('13800138005')] },
      Check: { messages: [code('13800138006')] },
      Watch: { beginning: true },
      Cancel: { messages: [{ message_id: waiting }] },
      GetMessage: { message: { message_id: sent } } },
    AuditService: { GetMessage: { message_id: sent }, SearchMessages: {
      start_time: { seconds: 1 }, end_time: { seconds: 4_000_000_000 } },
      StreamMessages: { search: { start_time: { seconds: 1 } } } },
    ProofsService: { GetHead: {}, ProveMessage: { message_id: sent },
      ProveHeads: { from: 1 }, SealExport: { kind: 'messages', rows: 1,
        sha256: Buffer.alloc(32) }, RotateSigningKey: { reason: 'matrix' } },
    DossierService: { GetDossier: { recipient: '13800138002' } },
    HistoryService: { ListPartyChanges: { kind: 'PARTY_KIND_PORT' },
      ListParties: { kind: 'PARTY_KIND_PORT', as_of_time: seconds(world.now()) },
      ListOperatorActions: { start_time: { seconds: 1 } } },
    OptOutsService: { AddOptOut: number(7),
      ImportOptOuts: { batch: 1, opt_outs: [number(8)] },
      LookupOptOuts: { recipient: '13800138003' },
      StreamOptOuts: { start_time: { seconds: 1 } },
      ProposeCorrection: { opt_out_id: await optOut('13800138000'), ...why },
      ConfirmCorrection: { id: 'c2', remark: 'matrix' },
      WithdrawCorrection: { id: withdrawn.id, remark: 'matrix' },
      RemoveOptOut: { ...number(3), proof: 'letter 7',
        consent_time: seconds(world.now() + 1000) } },
    RegistryService: registry,
    StatisticsService: { GetStatistics: { start_time: { seconds: 1 } } },
    RepliesService: { ListReplies: { filter: { review: true } } },
    RulesService: { PutDraft: { files: draft, ...why },
      ApproveVersion: { number: 2, ...why }, WithdrawVersion:
        { number: 2, ...why }, PublishVersion: { number: 2, ...why },
      RollbackRules: { number: 1, ...why }, ReloadRules: why,
      CreateExemption: { rule: 'card-number', content_provider_id: 'shop',
        duration: { seconds: 3600 }, ...why },
      ConfirmExemption: { number: 1, ...why },
      EndExemption: { number: 1, ...why },
      CreateBlock: { phrase: '加微信领红包', duration: { seconds: 3600 }, ...why },
      ConfirmBlock: { number: 1, ...why }, EndBlock: { number: 1, ...why },
      ExplainText: { message: { text: '贷款',
        message_class: 'MESSAGE_CLASS_NOTICE' } } },
    HoldsService: {
      ReleaseHolds: { selection: { message_ids: [held[0]] }, ...why },
      RejectHolds: { selection: { message_ids: [held[1]] }, ...why },
      RejudgeMessages: { rule: 'card-number', max_age: { seconds: 3600 },
        start_time: seconds(world.now() - 60_000), ...why },
      GetHold: { message_id: held[2] } },
    ErasuresService: {
      PreviewErasure: { recipient: '13800138003' },
      CreateErasure: { recipient: '13800138003', ...why } },
    LegalHoldsService: {
      CreateLegalHold: { recipient: '13800138002', owner: 'matrix', ...why,
        review_time: seconds(world.now() + 86_400_000) },
      ReviewLegalHold: { number: 1, ...why,
        review_time: seconds(world.now() + 172_800_000) },
      EndLegalHold: { number: 1, ...why } },
    CampaignsService: { ReleaseCampaign: { id: '3-9f3ac07712de0045', ...why },
      RejectCampaign: { id: '3-9f3ac07712de0045', ...why } },
    OperationsService: { AcceptClock: why, AllowRetention: why },
  };
  return new Map(Object.entries(byService).flatMap(([service, calls]) =>
    Object.entries(calls).map(([name, request]) =>
      [`${service}.${name}`, request])));
}

// Makes a call of any kind; resolves to {code, message, details, answers} once
// it has ended or given an answer.
export function callAs(world, name, request = {}, authorization) {
  const [service, method] = name.split('.');
  const client = world.clients[service] ??= world.client(service);
  const { requestStream, responseStream } = sluice[service].service[method];
  const metadata = new grpc.Metadata();
  if (authorization) metadata.set('authorization', authorization);
  const options = { deadline: Date.now() + 30_000 };
  return new Promise((resolve) => {
    const end = (error, answer) => resolve({ code: error?.code ?? 0,
      message: error?.details ?? '', answer,
      trailers: JSON.stringify(error?.metadata?.toJSON() ?? {}) });
    if (!requestStream && !responseStream) {
      client[method](request, metadata, options, end);
      return;
    }
    const stream = requestStream ? client[method](metadata, options) :
      client[method](request, metadata, options);
    stream.on('data', (answer) => { end(null, answer); stream.cancel(); });
    stream.on('error', end);
    stream.on('end', () => end(null));
    if (requestStream) {
      stream.write(request);
      stream.end();
    }
  });
}
