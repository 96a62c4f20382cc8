package dev.berth.bench;

import dev.berth.bench.Supervised.Setup;
import dev.berth.examples.SampleServers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Checks that each policy does what it says: exact turns, clients that stay with their worker,
/// shares, few long connections, and policy changes under load.
final class SteerCommand {
    /// A server that closes after each response, and one that keeps its connections.
    private static final String SHORT = "java-socket";

    private static final String KEPT = "java-reuseport";
    private static final int CROWD = 64;
    private static final double LEAST_PERCENT = 4.5;
    private static final double MOST_PERCENT = 5.5;
    private static final double MOST_MOVED = 1 / 9.0 + 0.03;
    private static final List<String> CHECKS =
            List.of("round-robin", "source", "weighted", "few", "changes");

    private final Workshop shop;
    private final Arguments arguments;
    private final int port;

    private SteerCommand(Workshop shop, Arguments arguments) throws IOException {
        this.shop = shop;
        this.arguments = arguments;
        this.port = Workshop.freePort(1);
    }

    /// Runs `steer` and returns the exit code.
    static int run(List<String> words) throws IOException {
        Arguments arguments =
                Arguments.parse(words, Set.of("unprivileged"), Set.of("checks", "changes"));
        try (Workshop shop = Workshop.open(arguments.has("unprivileged"))) {
            boolean good = true;
            for (String check : arguments.list("checks", CHECKS)) {
                good &= new SteerCommand(shop, arguments).check(check);
            }
            return good ? 0 : 1;
        }
    }

    private boolean check(String name) {
        var verdict = new Verdict();
        switch (name) {
            case "round-robin" -> on(SHORT, 4, name, verdict, berth -> turns(verdict));
            case "source" -> on(SHORT, 8, name, verdict, berth -> clients(berth, verdict));
            case "weighted" ->
                    on(
                            SHORT,
                            4,
                            "weighted:3=5%",
                            verdict,
                            berth -> shares(berth.status(), verdict));
            case "few" ->
                    List.of("hash", "round-robin", "least-loaded")
                            .forEach(p -> on(KEPT, 8, p, verdict, berth -> few(p, verdict)));
            case "changes" -> on(SHORT, 4, "hash", verdict, berth -> changes(berth, verdict));
            default ->
                    throw new IllegalArgumentException(
                            "unknown check '" + name + "'; known are " + String.join(", ", CHECKS));
        }
        System.out.println(name + ": " + verdict.word());
        Table.reasons(verdict.reasons());
        return verdict.holds();
    }

    private void on(
            String server, int workers, String policy, Verdict verdict, Supervised.Check check) {
        List<String> options = new ArrayList<>(arguments.rest());
        options.addAll(List.of("--steer", policy));
        List<String> command = shop.command(SampleServers.named(server), port, 0);
        var setup = new Setup(Workshop.unique("steer"), port, workers, options, command);
        Supervised.check(shop, setup, verdict, check);
    }

    /// Makes 10,000 connections from 64 concurrent clients: each worker gets the same number.
    private void turns(Verdict verdict) throws IOException {
        int connections = 10_000;
        int[] pids = Crowd.pids(connections, CROWD, number -> OneShot.pid(port));
        Collection<Integer> counts = Crowd.counts(pids).values();
        System.out.println(connections + " connections by turns: " + counts);
        verdict.check(
                List.copyOf(counts).equals(Collections.nCopies(4, connections / 4)),
                "not the same number for each: " + counts);
    }

    /// Has 10,000 clients, each with its own address, connect twice, and once more with one more
    /// worker.
    private void clients(Supervised berth, Verdict verdict) throws IOException {
        int[] first = everyClient();
        int[] second = everyClient();
        berth.change("scale", "9");
        berth.awaitReady(9);
        int[] third = everyClient();
        int strayed = differences(first, second);
        double moved = differences(second, third) / (double) third.length;
        Map<Integer, Integer> counts = Crowd.counts(first);
        System.out.printf(
                "%d clients over 8 workers: %d to %d each, %d not by the same worker twice; with 9"
                        + " workers %.1f %% moved (at most %.1f %%)%n",
                first.length,
                Collections.min(counts.values()),
                Collections.max(counts.values()),
                strayed,
                100 * moved,
                100 * MOST_MOVED);
        verdict.check(strayed == 0, strayed + " clients changed their worker for no reason");
        verdict.check(moved <= MOST_MOVED, "too many moved: " + moved);
        verdict.check(Crowd.counts(third).size() == 9, "not all nine serve");
    }

    private int[] everyClient() throws IOException {
        return Crowd.pids(10_000, CROWD, number -> OneShot.pid(Crowd.client(number), port));
    }

    private static int differences(int[] one, int[] other) {
        int count = 0;
        for (int i = 0; i < one.length; i++) {
            count += one[i] == other[i] ? 0 : 1;
        }
        return count;
    }

    /// Makes 100,000 connections, of which slot 3 should get 5 %.
    private void shares(Status status, Verdict verdict) throws IOException {
        int connections = 100_000;
        int[] pids = Crowd.pids(connections, CROWD, number -> OneShot.pid(port));
        int pid = status.slots().get(3).pid().orElseThrow();
        double percent = 100.0 * Crowd.counts(pids).getOrDefault(pid, 0) / connections;
        System.out.printf("%d connections, %.3f %% to slot 3%n", connections, percent);
        verdict.check(
                percent >= LEAST_PERCENT && percent <= MOST_PERCENT,
                "not within " + LEAST_PERCENT + " to " + MOST_PERCENT + " %");
    }

    /// Opens 16 long connections to 8 workers.
    private void few(String policy, Verdict verdict) throws IOException {
        int connections = 16;
        int workers = 8;
        Map<Integer, Integer> counts = Kept.countByWorker(port, connections);
        double peak = Collections.max(counts.values()) * workers / (double) connections;
        System.out.printf(
                "%d connections that stay, %s: %s on %d of %d workers, max/mean %.2f%n",
                connections, policy, counts.values(), counts.size(), workers, peak);
        verdict.check(policy.equals("hash") || peak == 1.0, policy + ": max/mean " + peak);
    }

    /// Changes the policy under load: no change fails a request, and the next connection after each
    /// change follows the new policy.
    private void changes(Supervised berth, Verdict verdict) throws IOException {
        int changes = arguments.number("changes", 10_000);
        List<Integer> workers = berth.status().workers();
        ControlSocket control = berth.control();
        int misrouted = 0;
        try (Load load = Load.start(LoadPlan.defaults(port).withRate(1_000))) {
            for (int i = 0; i < changes; i += 2) {
                control.call(List.of("steer", i % 4 == 0 ? "round-robin" : "source"));
                int slot = i / 2 % workers.size();
                control.call(List.of("steer", "weighted:" + slot + "=100%"));
                misrouted += OneShot.pid(port) == workers.get(slot) ? 0 : 1;
            }
            LoadResult result = load.finish();
            System.out.printf(
                    "%d changes, %d concurrent requests, %d failed; %d of %d misrouted%n",
                    changes, result.requests(), result.failed(), misrouted, changes / 2);
            verdict.noneFailed("while the policy changed", result);
            verdict.check(misrouted == 0, misrouted + " went where the policy did not send them");
        }
    }
}
