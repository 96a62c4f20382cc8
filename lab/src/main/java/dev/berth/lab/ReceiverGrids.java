package dev.berth.lab;

import dev.berth.inspect.PairwiseRule;
import dev.berth.inspect.RuleSocket;
import dev.berth.net.Protocol;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The grids of which socket gets a new connection, or a datagram from a new sender, if two sockets
/// share a port.
final class ReceiverGrids {
    private static final int FIRST_PORT = 21_000;

    private final Protocol protocol;
    private int port = FIRST_PORT;

    private ReceiverGrids(Protocol protocol) {
        this.protocol = protocol;
    }

    /// Measures them in the calling thread's network namespace, with real traffic.
    static List<Grid> measure(Protocol protocol) throws IOException {
        var grids = new ReceiverGrids(protocol);
        List<Grid> all = new ArrayList<>();
        for (ProbePackets packets : ProbePackets.values()) {
            if (protocol == Protocol.UDP || packets.unicast()) {
                all.add(grids.grid(packets, false));
            }
            if (protocol == Protocol.UDP) {
                all.add(grids.grid(packets, true));
            }
        }
        return all;
    }

    /// @param reuseaddr whether both sockets have SO_REUSEADDR, else SO_REUSEPORT
    private Grid grid(ProbePackets packets, boolean reuseaddr) throws IOException {
        List<Grid.Row> rows = new ArrayList<>();
        for (Endpoint first : Endpoint.ALL) {
            List<Grid.Cell> cells = new ArrayList<>();
            for (Endpoint second : Endpoint.ALL) {
                List<RuleSocket> pair =
                        List.of(
                                first.socket(reuseaddr, !reuseaddr),
                                second.socket(reuseaddr, !reuseaddr));
                cells.add(new Grid.Cell(live(packets, pair), predicted(packets, pair)));
            }
            rows.add(new Grid.Row(first.numbered(), cells));
        }
        String option = reuseaddr ? "SO_REUSEADDR" : "SO_REUSEPORT";
        return new Grid(
                "receives-" + packets.label() + (reuseaddr ? "-reuseaddr" : "-reuseport"),
                "Which socket receives traffic to %s%s, both with %s"
                        .formatted(packets.address().host(), packets.kind(), option),
                List.of(
                        packets.unicast()
                                ? "1 the first   2 the second   = one of the two, by the hash"
                                : "1 the first   2 the second   + both, one copy each",
                        "- neither   X the second's bind fails"),
                List.of(""),
                Endpoint.ALL.stream().map(Endpoint::number).toList(),
                rows);
    }

    private String predicted(ProbePackets packets, List<RuleSocket> pair) {
        if (!PairwiseRule.judge(protocol, pair.get(1), pair.get(0)).allowed()) {
            return "X";
        }
        var rule = new ReceiverRule(pair);
        return packets.unicast()
                ? sign(rule.unicast(packets.address()), "=")
                : sign(rule.everybody(packets == ProbePackets.MULTICAST), "+");
    }

    private String live(ProbePackets packets, List<RuleSocket> pair) throws IOException {
        int number = port++;
        try (Fd first = open(pair.get(0), number).orElseThrow()) {
            Optional<Fd> second = open(pair.get(1), number);
            if (second.isEmpty()) {
                return "X";
            }
            try (Fd other = second.get()) {
                Set<Integer> got = packets.send(protocol, number, List.of(first, other));
                return sign(got.stream().sorted().toList(), packets.unicast() ? "=" : "+");
            }
        }
    }

    private Optional<Fd> open(RuleSocket wanted, int number) throws ErrnoException {
        return LiveSocket.open(protocol, wanted, "", number);
    }

    private static String sign(List<Integer> receivers, String both) {
        return switch (receivers.size()) {
            case 0 -> "-";
            case 1 -> Integer.toString(receivers.getFirst() + 1);
            default -> both;
        };
    }
}
