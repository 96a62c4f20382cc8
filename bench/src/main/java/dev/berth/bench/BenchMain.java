package dev.berth.bench;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/// The bench commands. Exit code 0: the check passed; 1: it did not; 2: usage.
public final class BenchMain {
    private static final String USAGE =
            """
            usage: bench/COMMAND [options] [-- options of berth run]
              matrix      every sample server: all workers serve; no roll fails a request
                          [--servers a,b] [--workers 1,3] [--rolls 20] [--clients 8] [--keepalive 1]
                          [--rate 3000 per second, 0 for no limit] [--unprivileged]
              kill        kill -9 costs only what the worker had accepted
                          [--servers a,b] [--kills 20] [--workers 3] [--clients 24] [--rate 3000]
              scale       2-6-1 under load, and no worker at all   [--server a] [--rounds 3]
              keepalive   rolls under keep-alive clients   [--servers a,b] [--rolls 10] [--requests 50]
              drain       rolls under slow requests, streams, uploads, kept connections: none is cut
                          [--servers a,b] [--rolls 20] [--drain 60s] [--idle 5s] [--unprivileged]
              badroll     rolls to versions that do not load, listen on less, never accept or die: each roll
                          fails with the reason, and no request fails
                          [--servers a,b] [--versions boot,narrower,silent,dies] [--tries 20]
                          [--rate 300 per second] [--unprivileged]
              throughput  compared with SO_REUSEPORT alone
                          [--server a] [--pairs 15] [--millis 2000] [--connections 4 per worker]
              steer       policies: turns, clients, shares, few long connections, changes under load
                          [--checks round-robin,source,weighted,few,changes] [--changes 10000]
              stall       a worker that stops now and then: hash compared with least-loaded
                          [--pairs 5] [--seconds 12] [--rate N] [--gc]
              dispatch    connections through the dispatcher, against a group and node's cluster;
                          a thousand silent clients
                          [--checks accepts,silent] [--pairs 5] [--threads 4 per worker]
                          [--millis 10000] [--seconds 3]
              idle        memory and CPU of the supervisor   [--server a] [--settle 10] [--seconds 30]
              who         berth who compared with ss and lsof, and its memory   (root)
                          [--sockets 18000] [--most 50000] [--rounds 9]
              replay      random histories through berth lab replay: agreement, and their rate
                          [--histories 10000] [--seed N]
              load        the load client alone
                          --port N [--path /] [--clients 8] [--keepalive 1] [--seconds 5]
                          [--requests N] [--rate 0]
            """;

    private static final Set<String> USER = Set.of("unprivileged");
    private static final String LOAD = "port path clients keepalive rate seconds requests";

    private BenchMain() {}

    /// Runs the command named by the first word.
    public static void main(String[] words) {
        BenchShutdown.install();
        System.exit(run(List.of(words)));
    }

    static int run(List<String> words) {
        if (words.isEmpty()) {
            System.err.print(USAGE);
            return 2;
        }
        try {
            return command(words.getFirst(), words.subList(1, words.size()));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(USAGE);
            return 2;
        } catch (IOException | Waits.TimedOutException e) {
            System.err.println(words.getFirst() + ": " + e.getMessage());
            return 1;
        }
    }

    /// A command; returns whether its check passed.
    private interface Command {
        boolean run(BenchEnvironment bench) throws IOException;
    }

    private static int command(String name, List<String> words) throws IOException {
        return switch (name) {
            case "matrix" ->
                    run(
                            words,
                            USER,
                            "servers rolls workers clients rate keepalive",
                            MatrixBench::run);
            case "kill" -> run(words, USER, "servers kills workers clients rate", KillBench::run);
            case "scale" -> run(words, USER, "server rounds rate", ScaleBench::run);
            case "keepalive" ->
                    run(words, USER, "servers rolls requests rate", KeepAliveBench::run);
            case "drain" -> run(words, USER, "servers rolls drain idle", DrainBench::run);
            case "badroll" -> run(words, USER, "servers versions tries rate", BadRollBench::run);
            case "throughput" -> {
                Set<String> flags = Set.of("unprivileged", "control");
                yield run(words, flags, "server pairs millis connections", ThroughputBench::run);
            }
            case "steer" -> run(words, USER, "checks changes", SteerBench::run);
            case "stall" -> {
                Set<String> flags = Set.of("unprivileged", "gc");
                yield run(words, flags, "pairs seconds rate", StallBench::run);
            }
            case "dispatch" ->
                    run(
                            words,
                            USER,
                            "checks pairs threads millis seconds rate",
                            DispatchBench::run);
            case "idle" -> run(words, USER, "server settle seconds", IdleBench::run);
            case "who" -> run(words, Set.of(), "sockets rounds most", WhoBench::run);
            case "replay" -> run(words, Set.of(), "histories seed", ReplayBench::run);
            case "load" -> run(words, Set.of(), LOAD, LoadBench::run);
            default -> throw new IllegalArgumentException("unknown bench command '" + name + "'");
        };
    }

    /// @param options the names of the options that have a value, separated by blanks
    private static int run(List<String> words, Set<String> flags, String options, Command command)
            throws IOException {
        BenchOptions parsed = BenchOptions.parse(words, flags, Set.of(options.split(" ")));
        try (BenchEnvironment bench = BenchEnvironment.open(parsed)) {
            return command.run(bench) ? 0 : 1;
        }
    }
}
