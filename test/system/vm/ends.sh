#!/bin/sh
# ends.sh TENANT: the other ends of a tenant's networks, made by hand as on other hosts, of what `bitbuilder network` says. The
# namespaces wgINDEX, vxINDEX and vlINDEX have one each. Their packets cross the wire between `up0` here and `up1` in `outside`.
set -eux
tenant=$1
bitbuilder network "$tenant" --json >/run/network.json
get() { jq -er "$1" /run/network.json; }
index=$(get .plan.index)

# In `outside` first: a tunnel stays with the wire that it was made on. What the bridge announces to guests is not for it.
move() {
  ip netns add "$1"
  ip netns exec "$1" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_ra'
  ip -n outside link set dev "$1" netns "$1"
  ip -n "$1" link set dev lo up
  ip -n "$1" link set dev "$1" up
}

address() {
  ip -n "$1" address add "$2" dev "$1"
  ip -n "$1" address add "$3" dev "$1" nodad
}

ip -n outside link add name "vl$index" link up1 type vlan id "$(get .plan.vlan.id)"
move "vl$index"
address "vl$index" "10.$index.0.5/24" "fd00:bb:0:$index::5/64"

# shellcheck disable=SC2046 # two words
ip -n outside link add name "vx$index" type vxlan id "$(get .plan.vxlan.vni)" dev up1 dstport "$(get .plan.vxlan.port)" \
  $(get '.plan.vxlan | if .group then "group \(.group)" else "remote 192.0.2.1" end')
move "vx$index"
address "vx$index" "10.$index.0.4/24" "fd00:bb:0:$index::4/64"

for end in "vl$index" "vx$index"; do
  ip -n "$end" route add default via "10.$index.0.1"
  ip -n "$end" route add default via "fd00:bb:0:$index::1"
done

ip -n outside link add name "wg$index" type wireguard
ip netns exec outside wg set "wg$index" private-key "/etc/ends/$tenant.key" listen-port "5199$index" \
  peer "$(get .publicKey)" allowed-ips 0.0.0.0/0,::/0 endpoint "192.0.2.1:$(get .plan.wireguard.listenPort)"
move "wg$index"
address "wg$index" "172.16.$index.1/24" "fd99:0:0:$index::1/64"
ip -n "wg$index" route add default dev "wg$index"
ip -n "wg$index" -6 route add default dev "wg$index"
# It calls: this host may not know where it is.
ip netns exec "wg$index" ping -n -q -c 1 -W 10 "10.$index.100.1"
