package dev.berth.lab;

import dev.berth.net.DiagQuery;
import dev.berth.net.NetNamespace;
import dev.berth.net.ProcNet;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What the kernel lists for a port.
final class ListedSockets {
    private static final int PAUSE_MILLIS = 2;

    private ListedSockets() {}

    /// Polls until the list is as wanted, or the time is up. Figures `rows`, `queue` and `drops`
    /// (of all rows together), `timer` (the longest, in milliseconds), `uid` (of the first); if the
    /// time is up, also how many sockets of the port are in which state.
    static StepResult await(Op.Wait op) throws IOException {
        DiagQuery port = DiagQuery.all(op.protocol()).withLocalPort(op.port());
        DiagQuery query = port.withStates(op.state()).withMemory();
        long end = System.nanoTime() + op.withinMillis() * 1_000_000L;
        try (SockDiag diag = SockDiag.open()) {
            while (true) {
                StepResult answer = answer(diag.dump(query));
                if (met(op.until(), answer)) {
                    return answer;
                }
                if (System.nanoTime() > end) {
                    return answer.withResult(StepResult.TIMEOUT)
                            .withCounts(states(diag.dump(port)));
                }
                pause();
            }
        }
    }

    private static Map<String, Integer> states(List<SocketRow> rows) {
        Map<String, Integer> counts = new TreeMap<>();
        rows.forEach(row -> counts.merge(row.state().name(), 1, Integer::sum));
        return counts;
    }

    /// What programs see that read /proc/net instead of using sock_diag: figure `rows`.
    static StepResult listed(Op.Listed op) throws IOException {
        List<SocketRow> rows =
                ProcNet.of(NetNamespace.current()).read(op.protocol()).stream()
                        .filter(row -> row.local().port() == op.port())
                        .toList();
        return StepResult.ok().with("rows", rows.size());
    }

    private static boolean met(Expectation until, StepResult answer) {
        return until.problem(
                        answer.result(), name -> Optional.ofNullable(answer.figures().get(name)))
                .isEmpty();
    }

    private static StepResult answer(List<SocketRow> rows) {
        int queue = rows.stream().mapToInt(SocketRow::queue).sum();
        int drops = rows.stream().mapToInt(row -> row.drops().orElse(0)).sum();
        int timer =
                rows.stream()
                        .mapToInt(row -> row.details().timeWaitMillis().orElse(0))
                        .max()
                        .orElse(0);
        return StepResult.ok()
                .with("rows", rows.size())
                .with("queue", queue)
                .with("drops", drops)
                .with("timer", timer)
                .with("uid", rows.isEmpty() ? -1 : rows.getFirst().uid());
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }
}
