# Ten routers in the form of Shadow's network graphs: a line of cables around the world, not measured.
# The loop at each router is what it takes to reach another host of the same place.
graph [
  directed 0
  node [
    id 0
    label "north-america-east"
    country_code "US"
    host_bandwidth_up "500 Mbit"
    host_bandwidth_down "1 Gbit"
  ]
  node [
    id 1
    label "north-america-west"
    country_code "US"
    host_bandwidth_up "500 Mbit"
    host_bandwidth_down "1 Gbit"
  ]
  node [
    id 2
    label "south-america"
    country_code "BR"
    host_bandwidth_up "20 Mbit"
    host_bandwidth_down "100 Mbit"
  ]
  node [
    id 3
    label "europe-west"
    country_code "FR"
    host_bandwidth_up "200 Mbit"
    host_bandwidth_down "500 Mbit"
  ]
  node [
    id 4
    label "europe-east"
    country_code "PL"
    host_bandwidth_up "100 Mbit"
    host_bandwidth_down "300 Mbit"
  ]
  node [
    id 5
    label "africa"
    country_code "ZA"
    host_bandwidth_up "10 Mbit"
    host_bandwidth_down "30 Mbit"
  ]
  node [
    id 6
    label "asia-south"
    country_code "IN"
    host_bandwidth_up "20 Mbit"
    host_bandwidth_down "80 Mbit"
  ]
  node [
    id 7
    label "asia-south-east"
    country_code "SG"
    host_bandwidth_up "100 Mbit"
    host_bandwidth_down "300 Mbit"
  ]
  node [
    id 8
    label "asia-east"
    country_code "JP"
    host_bandwidth_up "200 Mbit"
    host_bandwidth_down "1 Gbit"
  ]
  node [
    id 9
    label "oceania"
    country_code "AU"
    host_bandwidth_up "30 Mbit"
    host_bandwidth_down "150 Mbit"
  ]
  edge [
    source 0
    target 0
    latency "12 ms"
    jitter "1 ms"
    packet_loss 0.0
  ]
  edge [
    source 1
    target 1
    latency "12 ms"
    jitter "1 ms"
    packet_loss 0.0
  ]
  edge [
    source 2
    target 2
    latency "25 ms"
    jitter "1 ms"
    packet_loss 0.0
  ]
  edge [
    source 3
    target 3
    latency "8 ms"
    jitter "1 ms"
    packet_loss 0.0
  ]
  edge [
    source 4
    target 4
    latency "10 ms"
    jitter "1 ms"
    packet_loss 0.0
  ]
  edge [
    source 5
    target 5
    latency "35 ms"
    jitter "1 ms"
    packet_loss 0.0
  ]
  edge [
    source 6
    target 6
    latency "22 ms"
    jitter "1 ms"
    packet_loss 0.0
  ]
  edge [
    source 7
    target 7
    latency "18 ms"
    jitter "1 ms"
    packet_loss 0.0
  ]
  edge [
    source 8
    target 8
    latency "12 ms"
    jitter "1 ms"
    packet_loss 0.0
  ]
  edge [
    source 9
    target 9
    latency "16 ms"
    jitter "1 ms"
    packet_loss 0.0
  ]
  edge [
    source 0
    target 1
    latency "31 ms"
    jitter "1 ms"
    packet_loss 0.0005
  ]
  edge [
    source 0
    target 2
    latency "57 ms"
    jitter "3 ms"
    packet_loss 0.002
  ]
  edge [
    source 0
    target 3
    latency "38 ms"
    jitter "1 ms"
    packet_loss 0.0005
  ]
  edge [
    source 1
    target 8
    latency "52 ms"
    jitter "2 ms"
    packet_loss 0.001
  ]
  edge [
    source 1
    target 9
    latency "72 ms"
    jitter "2 ms"
    packet_loss 0.001
  ]
  edge [
    source 3
    target 4
    latency "14 ms"
    jitter "1 ms"
    packet_loss 0.0005
  ]
  edge [
    source 3
    target 5
    latency "75 ms"
    jitter "5 ms"
    packet_loss 0.004
  ]
  edge [
    source 3
    target 6
    latency "62 ms"
    jitter "4 ms"
    packet_loss 0.002
  ]
  edge [
    source 4
    target 6
    latency "58 ms"
    jitter "6 ms"
    packet_loss 0.003
  ]
  edge [
    source 4
    target 8
    latency "95 ms"
    jitter "8 ms"
    packet_loss 0.003
  ]
  edge [
    source 5
    target 6
    latency "70 ms"
    jitter "6 ms"
    packet_loss 0.005
  ]
  edge [
    source 6
    target 7
    latency "28 ms"
    jitter "2 ms"
    packet_loss 0.002
  ]
  edge [
    source 7
    target 8
    latency "35 ms"
    jitter "2 ms"
    packet_loss 0.001
  ]
  edge [
    source 7
    target 9
    latency "48 ms"
    jitter "2 ms"
    packet_loss 0.001
  ]
]
