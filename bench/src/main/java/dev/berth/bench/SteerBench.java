package dev.berth.bench;

import dev.berth.bench.BerthRun.Setup;
import dev.berth.examples.SampleServers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Checks that each policy does what it says: exact turns, clients that stay with their worker,
/// shares, few long connections, and policy changes under load.
final class SteerBench {
    /// A server that closes after each response, and one that keeps its connections.
    private static final String SHORT = "java-socket";

    private static final String KEPT = "java-reuseport";
    private static final int CROWD = 64;
    private static final double LEAST_PERCENT = 4.5;
    private static final double MOST_PERCENT = 5.5;
    private static final double MOST_MOVED = 1 / 9.0 + 0.03;
    private static final List<String> CHECKS =
            List.of("round-robin", "source", "weighted", "few", "changes");

    private final BenchEnvironment bench;
    private final int port;

    private SteerBench(BenchEnvironment bench) throws IOException {
        this.bench = bench;
        this.port = BenchEnvironment.freePort(1);
    }

    /// Runs `steer`.
    static boolean run(BenchEnvironment bench) throws IOException {
        boolean good = true;
        for (String check : bench.options().list("checks", CHECKS)) {
            good &= new SteerBench(bench).check(check);
        }
        return good;
    }

    private boolean check(String name) {
        var failures = new CheckFailures();
        switch (name) {
            case "round-robin" -> on(SHORT, 4, name, failures, berth -> turns(failures));
            case "source" -> on(SHORT, 8, name, failures, berth -> clients(berth, failures));
            case "weighted" ->
                    on(
                            SHORT,
                            4,
                            "weighted:3=5%",
                            failures,
                            berth -> shares(berth.status(), failures));
            case "few" ->
                    List.of("hash", "round-robin", "least-loaded")
                            .forEach(p -> on(KEPT, 8, p, failures, berth -> few(p, failures)));
            case "changes" -> on(SHORT, 4, "hash", failures, berth -> changes(berth, failures));
            default ->
                    throw new IllegalArgumentException(
                            "unknown check '" + name + "'; known are " + String.join(", ", CHECKS));
        }
        return failures.print(name);
    }

    private void on(
            String server,
            int workers,
            String policy,
            CheckFailures failures,
            BerthRun.Check check) {
        List<String> options = List.of("--steer", policy);
        List<String> command = bench.command(SampleServers.named(server), port, 0);
        Setup setup = bench.setup("steer", port, workers, options, command);
        BerthRun.check(bench, setup, failures, check);
    }

    /// Makes 10,000 connections from 64 concurrent clients: each worker gets the same number.
    private void turns(CheckFailures failures) throws IOException {
        int connections = 10_000;
        int[] pids = ConcurrentRequests.pids(connections, CROWD, number -> OneShot.pid(port));
        Collection<Integer> counts = ConcurrentRequests.counts(pids).values();
        System.out.println(connections + " connections by turns: " + counts);
        failures.check(
                List.copyOf(counts).equals(Collections.nCopies(4, connections / 4)),
                "not the same number for each: " + counts);
    }

    /// Has 10,000 clients, each with its own address, connect twice, and once more with one more
    /// worker.
    private void clients(BerthRun berth, CheckFailures failures) throws IOException {
        int[] first = everyClient();
        int[] second = everyClient();
        berth.change("scale", "9");
        berth.awaitReady(9);
        int[] third = everyClient();
        int strayed = differences(first, second);
        double moved = differences(second, third) / (double) third.length;
        Map<Integer, Integer> counts = ConcurrentRequests.counts(first);
        System.out.printf(
                "%d clients over 8 workers: %d to %d each, %d not by the same worker twice; with 9"
                        + " workers %.1f %% moved (at most %.1f %%)%n",
                first.length,
                Collections.min(counts.values()),
                Collections.max(counts.values()),
                strayed,
                100 * moved,
                100 * MOST_MOVED);
        failures.check(strayed == 0, strayed + " clients changed their worker for no reason");
        failures.check(moved <= MOST_MOVED, "too many moved: " + moved);
        failures.check(ConcurrentRequests.counts(third).size() == 9, "not all nine serve");
    }

    private int[] everyClient() throws IOException {
        return ConcurrentRequests.pids(
                10_000, CROWD, number -> OneShot.pid(ConcurrentRequests.client(number), port));
    }

    private static int differences(int[] one, int[] other) {
        int count = 0;
        for (int i = 0; i < one.length; i++) {
            count += one[i] == other[i] ? 0 : 1;
        }
        return count;
    }

    /// Makes 100,000 connections, of which slot 3 should get 5 %.
    private void shares(StatusReport status, CheckFailures failures) throws IOException {
        int connections = 100_000;
        int[] pids = ConcurrentRequests.pids(connections, CROWD, number -> OneShot.pid(port));
        int pid = status.slots().get(3).pid().orElseThrow();
        double percent = 100.0 * ConcurrentRequests.counts(pids).getOrDefault(pid, 0) / connections;
        System.out.printf("%d connections, %.3f %% to slot 3%n", connections, percent);
        failures.check(
                percent >= LEAST_PERCENT && percent <= MOST_PERCENT,
                "not within " + LEAST_PERCENT + " to " + MOST_PERCENT + " %");
    }

    /// Opens 16 long connections to 8 workers.
    private void few(String policy, CheckFailures failures) throws IOException {
        int connections = 16;
        int workers = 8;
        Map<Integer, Integer> counts = countByWorker(connections);
        double peak = Collections.max(counts.values()) * workers / (double) connections;
        System.out.printf(
                "%d connections that stay, %s: %s on %d of %d workers, max/mean %.2f%n",
                connections, policy, counts.values(), counts.size(), workers, peak);
        failures.check(policy.equals("hash") || peak == 1.0, policy + ": max/mean " + peak);
    }

    /// Opens connections one after another, closes them when all are open, and returns how many
    /// each worker had, by pid.
    private Map<Integer, Integer> countByWorker(int connections) throws IOException {
        Map<Integer, Integer> counts = new TreeMap<>();
        List<PingPong> open = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                PingPong next = PingPong.open(port);
                open.add(next);
                counts.merge(next.pid(), 1, Integer::sum);
            }
            return counts;
        } finally {
            open.forEach(PingPong::close);
        }
    }

    /// Changes the policy under load: no change fails a request, and the next connection after each
    /// change follows the new policy.
    private void changes(BerthRun berth, CheckFailures failures) throws IOException {
        int changes = bench.options().number("changes", 10_000);
        List<Integer> workers = berth.status().workers();
        ControlSession control = berth.control();
        int misrouted = 0;
        try (Load load = Load.start(LoadPlan.defaults(port).withRate(1_000))) {
            for (int i = 0; i < changes; i += 2) {
                control.steer(i % 4 == 0 ? "round-robin" : "source");
                int slot = i / 2 % workers.size();
                control.steer("weighted:" + slot + "=100%");
                misrouted += OneShot.pid(port) == workers.get(slot) ? 0 : 1;
            }
            LoadResult result = load.finish();
            System.out.printf(
                    "%d changes, %d concurrent requests, %d failed; %d of %d misrouted%n",
                    changes, result.requests(), result.failed(), misrouted, changes / 2);
            failures.noneFailed("while the policy changed", result);
            failures.check(misrouted == 0, misrouted + " went where the policy did not send them");
        }
    }
}
