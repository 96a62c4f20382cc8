package dev.berth.dispatch;

import dev.berth.sys.SockAddr;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Chooses among the workers that a service has in service.
///
/// **Round-robin** gives the next connection to the worker that has received the fewest since
/// [#serve], so a worker that was full for a moment catches up, by at most `debt` connections.
///
/// Round-robin and least-connections choose a stalled worker only if no other has room. It does not
/// catch up later, because it already has enough to do.
///
/// **Source** is rendezvous hashing over the places: a client address belongs to the place with the
/// highest weight for it, and waits if that worker is full or stalled. Adding or removing a place
/// therefore moves only that place's share.
///
/// **Source:** Thaler and Ravishankar, "Using name-based mappings to increase hit rates" (1998)
final class LoadBalancer<S extends WorkerLoad> {
    private final int debt;
    private List<S> seats = List.of();
    private long[] given = {};
    private BalancingPolicy policy = BalancingPolicy.ROUND_ROBIN;

    LoadBalancer(int debt) {
        this.debt = debt;
    }

    /// Replaces the workers in service, ordered by place; all start with equal counts.
    void serve(List<S> next) {
        List<S> ordered = new ArrayList<>(next);
        ordered.sort((a, b) -> Integer.compare(a.slot(), b.slot()));
        seats = List.copyOf(ordered);
        given = new long[seats.size()];
    }

    void setPolicy(BalancingPolicy next) {
        policy = next;
    }

    BalancingPolicy policy() {
        return policy;
    }

    List<S> workers() {
        return seats;
    }

    /// The worker for the next connection; empty if the client's own worker (source), or every
    /// worker, has no room.
    ///
    /// @param client called only by the policies that depend on the client
    Optional<S> choose(Supplier<SockAddr.Inet> client) {
        int best =
                switch (policy) {
                    case ROUND_ROBIN -> fewest(false);
                    case LEAST_CONNECTIONS -> fewest(true);
                    case SOURCE -> seats.isEmpty() ? -1 : consistentIndex(hash(client.get()));
                };
        if (best < 0 || !seats.get(best).accepts()) {
            return Optional.empty();
        }
        recordChosen(best);
        return Optional.of(seats.get(best));
    }

    private int fewest(boolean open) {
        int best = -1;
        for (int i = 0; i < seats.size(); i++) {
            if (seats.get(i).accepts() && (best < 0 || less(i, best, open))) {
                best = i;
            }
        }
        return best;
    }

    private boolean less(int i, int best, boolean open) {
        S one = seats.get(i);
        S other = seats.get(best);
        int order = Boolean.compare(one.stalled(), other.stalled());
        if (order == 0 && open) {
            order = Integer.compare(one.connections(), other.connections());
        }
        return order < 0 || order == 0 && given[i] < given[best];
    }

    private void recordChosen(int best) {
        given[best]++;
        boolean last = seats.get(best).stalled();
        for (int i = 0; i < given.length; i++) {
            boolean passedOver = seats.get(i).stalled() && !last;
            given[i] = Math.max(given[i], given[best] - (passedOver ? 0 : debt));
        }
    }

    private int consistentIndex(long client) {
        int best = 0;
        long most = Long.MIN_VALUE;
        for (int i = 0; i < seats.size(); i++) {
            long weight = mix(client ^ mix(seats.get(i).slot() + 1L));
            if (weight > most) {
                most = weight;
                best = i;
            }
        }
        return best;
    }

    /// Hashes the address alone; an IPv4-mapped IPv6 address hashes like the IPv4 address.
    private static long hash(SockAddr.Inet client) {
        return switch (client) {
            case SockAddr.Inet4 four -> mix(four.address());
            case SockAddr.Inet6 six ->
                    six.mapped()
                            .map(four -> mix(four.address()))
                            .orElseGet(() -> mix(six.high() ^ mix(six.low())));
        };
    }

    /// The finalizer of SplitMix64: every input bit affects every output bit.
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
