import { defineTopology } from '@quorate/host'
import { presenceGroup } from './group.js'
import { role } from './role.js'

const nodes = ['n1', 'n2', 'n3']

export default defineTopology({
  cluster: 'presence',
  nodes,
  groups: {
    [role]: presenceGroup({ members: nodes }),
  },
})
