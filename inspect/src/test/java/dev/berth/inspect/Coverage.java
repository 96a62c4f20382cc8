package dev.berth.inspect;

import dev.berth.sys.SockAddr;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Counts what occurred in histories, so that a test can assert that it covered everything.
final class Coverage {
    /// What is counted.
    enum Kind {
        HISTORIES,
        BINDS,
        LISTENS,
        REFUSED_BINDS,
        REFUSED_LISTENS,
        CLOSES,
        SHUTDOWNS,
        OPTIONS_TOGGLED,
        OWNERS_CHANGED,
        OTHER_UID,
        DEVICE,
        INET4,
        INET6_DUAL,
        INET6_ONLY,
        MAPPED,
        PROGRAM,
        CONNECTIONS,
        ORPHANS,
        TIME_WAITS,
        UDP_PEERS
    }

    private static final String LEFT = "left by ";

    private final EnumMap<Kind, Integer> counts = new EnumMap<>(Kind.class);

    int of(Kind kind) {
        return counts.getOrDefault(kind, 0);
    }

    private void add(Kind kind, boolean counts) {
        if (counts) {
            this.counts.merge(kind, 1, Integer::sum);
        }
    }

    void add(Coverage other) {
        other.counts.forEach((kind, count) -> counts.merge(kind, count, Integer::sum));
    }

    void add(History history, List<String> answers) {
        Map<String, String> clients = new HashMap<>();
        add(Kind.HISTORIES, true);
        for (int i = 0; i < answers.size(); i++) {
            add(history.steps().get(i), answers.get(i), clients);
        }
    }

    /// @param clients the client of each accepted socket, while both are open
    private void add(HistoryStep step, String answer, Map<String, String> clients) {
        switch (step) {
            case HistoryStep.Open open -> add(open);
            case HistoryStep.Attach _ -> add(Kind.PROGRAM, true);
            case HistoryStep.Bind bind -> {
                add(Kind.BINDS, true);
                add(Kind.REFUSED_BINDS, answer.equals("EADDRINUSE"));
                boolean mapped =
                        bind.address() instanceof SockAddr.Inet6 six && six.mapped().isPresent();
                add(Kind.MAPPED, mapped);
            }
            case HistoryStep.Listen _ -> {
                add(Kind.LISTENS, true);
                add(Kind.REFUSED_LISTENS, answer.equals("EADDRINUSE"));
            }
            case HistoryStep.Change change -> {
                add(Kind.OPTIONS_TOGGLED, change.uid().isEmpty());
                add(Kind.OWNERS_CHANGED, change.uid().isPresent());
            }
            case HistoryStep.Shutdown _ -> add(Kind.SHUTDOWNS, true);
            case HistoryStep.Close close -> {
                add(Kind.CLOSES, true);
                close(close.id(), clients);
            }
            case HistoryStep.Connect connect -> {
                add(Kind.CONNECTIONS, answer.equals("OK"));
                clients.put(connect.accept(), connect.id());
            }
            case HistoryStep.Peer _ -> add(Kind.UDP_PEERS, true);
        }
    }

    /// A server that closes first leaves an orphan, and TIME_WAIT once its client is closed too.
    private void close(String id, Map<String, String> clients) {
        String client = clients.remove(id);
        if (client != null) {
            add(Kind.ORPHANS, true);
            clients.put(LEFT + client, client);
        }
        add(Kind.TIME_WAITS, clients.remove(LEFT + id) != null);
        clients.values().remove(id);
    }

    private void add(HistoryStep.Open open) {
        boolean four = open.family() == 2;
        add(Kind.INET4, four);
        add(Kind.INET6_DUAL, !four && !open.v6only());
        add(Kind.INET6_ONLY, !four && open.v6only());
        add(Kind.OTHER_UID, open.uid() != 0);
        add(Kind.DEVICE, open.loopback());
    }

    @Override
    public String toString() {
        return counts.entrySet().stream()
                .map(count -> count.getValue() + " " + count.getKey().name().toLowerCase())
                .collect(Collectors.joining(", "));
    }
}
