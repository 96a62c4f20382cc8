package dev.berth.supervise.watch;

import dev.berth.net.CpuTime;
import dev.berth.net.ListenAddress;
import dev.berth.net.RunQueue;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.UserMessages;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The messages about a worker that is not ready when `--start-timeout` is over: what it was doing,
/// and what to do about it. Pure.
///
/// @param spec the plan of the service
/// @param asked the TCP ports that the worker requested by number, as far as its binds are seen
/// @param watched whether all of its binds are seen
/// @param own where it listens on ports that `--private` gave it
/// @param replaces whether it is to replace a worker in service, in a roll
public record StartTimeoutReport(
        ServiceSpec spec,
        Set<Integer> asked,
        boolean watched,
        List<ListenAddress> own,
        boolean replaces) {
    private static final int MOST_NAMED = 5;
    private static final long STEP_SECONDS = 5;

    public StartTimeoutReport {
        asked = Set.copyOf(asked);
        own = List.copyOf(own);
    }

    /// For a worker that has not listened, or not where it has to.
    public String silent(LateWorkerScan found) {
        List<ListenAddress> others =
                found.tcp().stream().filter(each -> !own.contains(each)).toList();
        if (!others.isEmpty()) {
            return elsewhere(others);
        }
        if (!found.unix().isEmpty()) {
            return ("listens on the Unix socket %s%s and on no TCP port; Berth shares TCP ports:"
                        + " make the program listen on %s; if it belongs to a daemon that does the"
                        + " work (pm2), %s")
                    .formatted(named(found.unix()), after(), place(), UserMessages.OWN_HOME);
        }
        if (!found.udp().isEmpty()) {
            return ("is bound to %s%s and listens on no TCP port; UDP is shared only if named:"
                            + " -l %s")
                    .formatted(named(found.udp()), after(), found.udp().getFirst());
        }
        return "did not listen within "
                + limit()
                + (found.seen()
                        ? ": it listens on " + nothing() + " and "
                        : ": what it listens on could not be seen (a process of another user, or in"
                                + " another network namespace); it ")
                + pace(found);
    }

    private String nothing() {
        return own.isEmpty() ? "nothing" : "nothing but " + named(own) + " of --private";
    }

    /// For a worker that listens, but too late.
    public String late(LateWorkerScan found, List<ListenAddress> shared) {
        return "listened on %s only after the %s of --start-timeout were over; it %s"
                .formatted(named(shared), limit(), pace(found));
    }

    /// For a worker that did not ask its dispatcher for connections, or that listens but did not
    /// report that it is ready: how fast it is.
    public String pace(LateWorkerScan found) {
        CpuTime total = found.total();
        String used = "has used " + seconds(total.usedMillis()) + " of CPU time";
        if (found.working()) {
            return "is still working: it %s%s; give it more time: %s"
                    .formatted(used, crowd(total, found.queue()), longer(total));
        }
        return "is sleeping: it "
                + used
                + ", "
                + (found.lately().usedMillis() == 0
                        ? "none"
                        : "only " + found.lately().usedMillis() + " ms")
                + " in the last "
                + LateWorkerScan.SAMPLE_MILLIS
                + " ms, so it waits for something (its log may say what); if it only needs longer:"
                + " "
                + longer(total);
    }

    /// The machine's load is mentioned only if the worker itself had to wait for a CPU.
    private static String crowd(CpuTime total, RunQueue queue) {
        if (total.waitedMillis() < total.usedMillis()) {
            return "";
        }
        String text = " and waited " + seconds(total.waitedMillis()) + " for a CPU";
        return queue.crowded()
                ? "%s (%d runnable threads on %d CPUs now)"
                        .formatted(text, queue.runnable(), queue.cpus())
                : text;
    }

    private String elsewhere(List<ListenAddress> found) {
        String where = "listens on " + named(found) + after() + ", ";
        int port = found.getFirst().address().port();
        List<ListenAddress> unasked =
                found.stream().filter(each -> !asked.contains(each.address().port())).toList();
        if (watched && unasked.size() == found.size()) {
            return where
                    + "a port that the kernel chose, as the program requested port 0; each"
                    + " worker gets another one, which cannot be shared: make the program listen"
                    + " on "
                    + place();
        }
        if (replaces && spec.named()) {
            return ("%sand a roll does not change what is shared: %s; make the new version"
                            + " listen there, or stop the service and start it again with -p %s")
                    .formatted(where, wanted(), port);
        }
        return where
                + (spec.named()
                        ? "which is not what -p and -l name: "
                                + wanted()
                                + "; make the program listen there, or start with -p "
                        : "which is not shared; if that is the service's port, name it: -p ")
                + port;
    }

    /// Where the program should listen.
    private String place() {
        return spec.named() ? wanted() : "a port of your choice, and name it: -p PORT";
    }

    private String wanted() {
        return named(
                Stream.concat(
                                spec.ports().stream().map(port -> "port " + port),
                                spec.listen().stream().map(ListenAddress::toString))
                        .toList());
    }

    private String after() {
        return " (seen after " + limit() + ")";
    }

    private String limit() {
        return UserMessages.seconds(spec.timing().timeouts().start());
    }

    /// Twice the time, or the time that it would take at this pace, in whole steps.
    private String longer(CpuTime total) {
        long limit = spec.timing().timeouts().start().toMillis();
        long share = Math.max(1, total.usedMillis());
        long slower = Math.min(10, (total.usedMillis() + total.waitedMillis()) / share);
        long millis = limit * Math.max(2, slower);
        long steps = Math.ceilDiv(millis, STEP_SECONDS * 1000);
        return "--start-timeout " + steps * STEP_SECONDS + "s";
    }

    private static String seconds(long millis) {
        return UserMessages.seconds(Duration.ofMillis(Math.round(millis / 100.0) * 100));
    }

    private static String named(List<?> found) {
        String first =
                found.stream()
                        .limit(MOST_NAMED)
                        .map(String::valueOf)
                        .collect(Collectors.joining(", "));
        return found.size() > MOST_NAMED
                ? first + " and " + (found.size() - MOST_NAMED) + " more"
                : first;
    }
}
