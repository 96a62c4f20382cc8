package dev.berth.supervise.steering;

import java.util.List;
import java.util.PriorityQueue;

/// Plans the next connections, each for the listener that has the fewest by then.
final class LeastLoadedSchedule {
    private LeastLoadedSchedule() {}

    /// A listener that may get some.
    ///
    /// @param load connections that it has
    /// @param weight how many it should have relative to the others; above 0
    /// @param turn when it last got one: among equals, the one that has waited longest comes first
    record Candidate(double load, double weight, long turn) {}

    /// A candidate while the plan is made.
    private record Bid(int member, double load, double weight, long turn)
            implements Comparable<Bid> {
        /// Its load per weight if it got the connection.
        private double filled() {
            return (load + 1) / weight;
        }

        @Override
        public int compareTo(Bid other) {
            int order = Double.compare(filled(), other.filled());
            order = order != 0 ? order : Long.compare(turn, other.turn);
            return order != 0 ? order : Integer.compare(member, other.member);
        }
    }

    /// The numbers of the candidates that get the next `length` connections, in order.
    static int[] of(List<Candidate> candidates, int length) {
        PriorityQueue<Bid> bids = new PriorityQueue<>();
        long turn = 0;
        for (int i = 0; i < candidates.size(); i++) {
            Candidate each = candidates.get(i);
            bids.add(new Bid(i, each.load(), each.weight(), each.turn()));
            turn = Math.max(turn, each.turn());
        }
        int[] plan = new int[candidates.isEmpty() ? 0 : length];
        for (int place = 0; place < plan.length; place++) {
            Bid next = bids.remove();
            plan[place] = next.member();
            bids.add(new Bid(next.member(), next.load() + 1, next.weight(), ++turn));
        }
        return plan;
    }
}
