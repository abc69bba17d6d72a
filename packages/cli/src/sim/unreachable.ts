/** Transitions that no simulated run takes, and why. @module */

type Reasons = Readonly<Record<string, string>>

const because = (reason: string, ...names: readonly string[]): Reasons =>
  Object.fromEntries(names.map((name) => [name, reason]))

const nobodySaysSo = 'no role says such a thing, and a link drops what is garbled into it'
const appendsNothing = 'the host tells only whose write moves the end of a log, and this role has none'
const clientsAreRefused =
  'the host hands on what clients ask while its actor leads, and who stops leading waits for an election time-out first'
const nobodyAcceptsLoss = 'no simulated operator says that what is lost may be lost'
const tooMany = 'a run of minutes does not come to as many'

export const unreachableInRaft: Reasons = {
  ...because(nobodySaysSo, 'follower AppendEntries [isMalformed]'),
  ...because('Election Safety: a term has no other leader', 'leader AppendEntries', 'leader InstallSnapshot'),
  ...because(clientsAreRefused, 'candidate client.proposed', 'candidate client.read'),
  ...because(
    'what a leader installed was on its disk, and in its state machine, before it asked for votes: no older snapshot comes',
    'leader snapshot.taken',
  ),
  ...because(
    'who does not know what it promised appends, applies and serves nothing',
    'doubtful snapshot.taken',
    'doubtful storage.persisted',
    'doubtful client.proposed',
    'doubtful client.read',
  ),
  ...because(nobodyAcceptsLoss, 'doubtful.asking.patience.spent always [mayGoWithout] -> settled'),
  ...because('the host drops what those say that are no members', 'leader Inquiry'),
}

export const unreachableInMultiPaxos: Reasons = {
  ...because(nobodyAcceptsLoss, 'acceptor.doubtful after rejoinAgain [isToGoWithout] -> serving'),
  ...because(
    nobodySaysSo,
    'acceptor Accept [isMalformed]',
    'acceptor Accept [isNobodysAccept]',
    'acceptor Prepare [isNobodysPrepare]',
    'acceptor.serving.led Prepare [isNobodysPrepare]',
    'acceptor.serving.promised Prepare [isNobodysPrepare]',
    'learner Chosen [isMalformed]',
    'proxyLeader Accept [isNobodys]',
  ),
  ...because(
    appendsNothing,
    'standby storage.persisted',
    'preparing storage.persisted',
    'leading storage.persisted',
    'batcher storage.persisted',
    'proxyLeader storage.persisted',
  ),
  ...because(clientsAreRefused, 'preparing client.proposed', 'preparing client.read'),
}

export const unreachableInPaxos: Reasons = {
  ...because(nobodyAcceptsLoss, 'acceptor.doubtful after rejoinAgain [isToGoWithout] -> serving'),
  ...because(
    nobodySaysSo,
    'acceptor Accept [isNobodysAccept]',
    'acceptor Prepare [isNobodysPrepare]',
    'learner.listening Accepted [isNobodysProposal]',
  ),
  ...because(appendsNothing, 'proposer storage.persisted', 'acceptor storage.persisted', 'learner storage.persisted'),
  ...because(tooMany, 'proposer client.asked [isOverloaded]'),
}

export const unreachableInRegister: Reasons = {
  ...because(nobodyAcceptsLoss, 'replica.doubtful after retry [isToGoWithout] -> done'),
  ...because('what is propagated comes after the query', 'coordinator.querying PropagateReply'),
  ...because(
    'a host gives each question a number of its own',
    'coordinator.querying client.asked',
    'coordinator.propagating client.asked',
  ),
}
