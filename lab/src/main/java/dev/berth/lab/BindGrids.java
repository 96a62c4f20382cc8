package dev.berth.lab;

import dev.berth.inspect.History;
import dev.berth.inspect.HistoryStep;
import dev.berth.lab.ReplayAnswer.StepAnswer;
import dev.berth.net.Addresses;
import dev.berth.net.Protocol;
import dev.berth.sys.SockAddr;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The grids of bind(2) and listen(2), each cell a history of two sockets.
final class BindGrids {
    private static final String YES = ".";
    private static final String REFUSED = "X";
    private static final String LATE = "L";
    private static final int OTHER_UID = 1000;
    private static final SockAddr.Inet HOME = Addresses.of("127.0.0.1", 0);

    private final Protocol protocol;
    private final Replay replay;
    private final boolean uids;

    /// @param uids whether there can be sockets of two users
    BindGrids(Protocol protocol, Replay replay, boolean uids) {
        this.protocol = protocol;
        this.replay = replay;
        this.uids = uids;
    }

    /// The options of a socket.
    private enum Options {
        NONE("-", false, false),
        ADDR("A", true, false),
        PORT("P", false, true),
        BOTH("B", true, true);

        private final String sign;
        private final boolean reuseaddr;
        private final boolean reuseport;

        Options(String sign, boolean reuseaddr, boolean reuseport) {
            this.sign = sign;
            this.reuseaddr = reuseaddr;
            this.reuseport = reuseport;
        }

        HistoryStep.Open open(String id, int uid) {
            return new HistoryStep.Open(id, HOME.family(), reuseaddr, reuseport, false, uid, false);
        }
    }

    /// The state of the first socket when the second is bound, and the steps that lead there after
    /// bind(2).
    private record SocketState(String name, List<HistoryStep> steps) {
        private static final HistoryStep LISTEN = new HistoryStep.Listen("a");
        private static final HistoryStep CONNECT = new HistoryStep.Connect("c", "a", HOME, "d", 0);
        private static final HistoryStep CLOSE = new HistoryStep.Close("a");
        private static final HistoryStep CLIENT = new HistoryStep.Close("c");
        private static final HistoryStep SERVER = new HistoryStep.Close("d");

        static List<SocketState> of(Protocol protocol) {
            return switch (protocol) {
                case UDP ->
                        List.of(
                                new SocketState("bound", List.of()),
                                new SocketState(
                                        "connected", List.of(new HistoryStep.Peer("a", HOME))));
                case TCP ->
                        List.of(
                                new SocketState("bound", List.of()),
                                new SocketState("listening", List.of(LISTEN)),
                                new SocketState("with connection", List.of(LISTEN, CONNECT)),
                                new SocketState(
                                        "shut down",
                                        List.of(LISTEN, new HistoryStep.Shutdown("a"))),
                                new SocketState(
                                        "connection alone", List.of(LISTEN, CONNECT, CLOSE)),
                                new SocketState(
                                        "CLOSE_WAIT", List.of(LISTEN, CONNECT, CLOSE, CLIENT)),
                                new SocketState(
                                        "FIN_WAIT2", List.of(LISTEN, CONNECT, CLOSE, SERVER)),
                                new SocketState(
                                        "TIME_WAIT",
                                        List.of(LISTEN, CONNECT, CLOSE, SERVER, CLIENT)));
            };
        }
    }

    Grid options() throws IOException {
        List<Grid.Row> rows = new ArrayList<>();
        for (SocketState state : SocketState.of(protocol)) {
            rows.add(row(state, 0, "same"));
            if (uids) {
                rows.add(row(state, OTHER_UID, "other"));
            }
        }
        List<String> legend =
                new ArrayList<>(List.of("- no option  A SO_REUSEADDR  P SO_REUSEPORT  B both"));
        legend.add(
                ". succeeds   X bind fails"
                        + (protocol == Protocol.TCP
                                ? "   L both bind, and the second to listen fails"
                                : ""));
        if (!uids) {
            legend.add("Another uid needs root: left out.");
        }
        List<String> signs = Arrays.stream(Options.values()).map(options -> options.sign).toList();
        List<String> groups = signs.stream().map(sign -> "first " + sign).toList();
        return new Grid(
                "options",
                "Whether a second socket can bind 127.0.0.1, by the state of the first socket,"
                        + " the options of both, and whether their uids are the same",
                legend,
                groups,
                signs,
                rows);
    }

    private Grid.Row row(SocketState state, int uid, String uids) throws IOException {
        List<Grid.Cell> cells = new ArrayList<>();
        for (Options first : Options.values()) {
            for (Options second : Options.values()) {
                List<HistoryStep> steps = new ArrayList<>();
                steps.add(first.open("a", 0));
                steps.add(new HistoryStep.Bind("a", HOME));
                steps.addAll(state.steps());
                int from = steps.size();
                steps.add(second.open("b", uid));
                steps.add(new HistoryStep.Bind("b", HOME));
                if (protocol == Protocol.TCP) {
                    steps.add(new HistoryStep.Listen("b"));
                }
                if (protocol == Protocol.TCP && state.steps().isEmpty()) {
                    steps.add(new HistoryStep.Listen("a"));
                }
                cells.add(cell(steps, from));
            }
        }
        return new Grid.Row(state.name() + ", " + uids + " uid", cells);
    }

    Grid addresses() throws IOException {
        List<Endpoint> places = Endpoint.ALL;
        List<Grid.Row> rows = new ArrayList<>();
        for (Endpoint first : places) {
            List<Grid.Cell> cells = new ArrayList<>();
            for (Endpoint second : places) {
                List<HistoryStep> steps = new ArrayList<>(first.steps("a"));
                if (protocol == Protocol.TCP) {
                    steps.add(new HistoryStep.Listen("a"));
                }
                int from = steps.size();
                steps.addAll(second.steps("b"));
                cells.add(cell(steps, from));
            }
            rows.add(new Grid.Row(first.numbered(), cells));
        }
        return new Grid(
                "addresses",
                "Whether a second socket can bind, by the addresses of both, without options"
                        + (protocol == Protocol.TCP ? "; the first listens" : ""),
                List.of(
                        ". succeeds   X bind fails",
                        "Columns: the second socket, numbered like the rows",
                        "m: mapped into IPv6   6: IPV6_V6ONLY"),
                List.of(""),
                places.stream().map(Endpoint::number).toList(),
                rows);
    }

    /// @param from the step from which on the second socket acts
    private Grid.Cell cell(List<HistoryStep> steps, int from) throws IOException {
        ReplayAnswer answer = replay.run(new History("cell", protocol, steps));
        if (answer.failure().isPresent()) {
            throw new IOException(answer.failure().get());
        }
        return new Grid.Cell(
                sign(answer.steps(), from, StepAnswer::kernel),
                sign(answer.steps(), from, StepAnswer::predicted));
    }

    private static String sign(
            List<StepAnswer> answers, int from, Function<StepAnswer, Optional<String>> whose) {
        for (int i = 0; i < answers.size(); i++) {
            boolean refused = !whose.apply(answers.get(i)).orElse("OK").equals("OK");
            if (refused) {
                boolean bind = answers.get(i).step() instanceof HistoryStep.Bind;
                return i < from ? "?" : bind ? REFUSED : LATE;
            }
        }
        return YES;
    }
}
