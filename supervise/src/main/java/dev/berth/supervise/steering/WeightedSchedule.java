package dev.berth.supervise.steering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Turns weights into a table of entries. A member is named by its number, from 0.
final class WeightedSchedule {
    private static final double EXACT = 1e-9;

    private WeightedSchedule() {}

    /// Entries in which each member appears as often as its weight says, spread as evenly as
    /// possible: read cyclically, they form a smooth weighted round-robin. It uses as few entries
    /// as give every member its exact part; if no number up to `most` does, the number that comes
    /// closest. A member with a weight above 0 gets at least one entry.
    static int[] spread(double[] weights, int most) {
        return interleaved(quotas(weights, length(weights, most)));
    }

    private static int length(double[] weights, int most) {
        double sum = Arrays.stream(weights).sum();
        int best = 0;
        double least = Double.MAX_VALUE;
        int members = (int) Arrays.stream(weights).filter(weight -> weight > 0).count();
        for (int length = members; length <= most && least > EXACT; length++) {
            double error = error(weights, sum, length);
            if (error < least) {
                least = error;
                best = length;
            }
        }
        return best;
    }

    /// The largest relative error of a member's part.
    private static double error(double[] weights, double sum, int length) {
        double error = 0;
        for (double weight : weights) {
            double exact = weight / sum * length;
            double places = weight > 0 ? Math.max(1, Math.rint(exact)) : 0;
            error = Math.max(error, weight > 0 ? Math.abs(places - exact) / exact : 0);
        }
        return error;
    }

    /// How many of `length` entries each member gets: the largest remainders are rounded up.
    static int[] quotas(double[] weights, int length) {
        double sum = Arrays.stream(weights).sum();
        int[] quotas = new int[weights.length];
        for (int i = 0; i < quotas.length; i++) {
            quotas[i] = weights[i] > 0 ? Math.max(1, (int) (weights[i] / sum * length + EXACT)) : 0;
        }
        for (int missing = length - Arrays.stream(quotas).sum(); missing != 0; ) {
            int step = Integer.signum(missing);
            quotas[furthest(weights, sum, length, quotas, step)] += step;
            missing -= step;
        }
        return quotas;
    }

    /// The member that is furthest below its exact part or, with `step` −1, furthest above.
    private static int furthest(double[] weights, double sum, int length, int[] quotas, int step) {
        int found = -1;
        double most = -Double.MAX_VALUE;
        for (int i = 0; i < quotas.length; i++) {
            double gap = step * (weights[i] / sum * length - quotas[i]);
            if (weights[i] > 0 && (step > 0 || quotas[i] > 1) && gap > most) {
                most = gap;
                found = i;
            }
        }
        return found;
    }

    /// Each turn goes to the member that is owed most.
    private static int[] interleaved(int[] quotas) {
        int length = Arrays.stream(quotas).sum();
        int[] owed = new int[quotas.length];
        int[] places = new int[length];
        for (int place = 0; place < length; place++) {
            int next = 0;
            for (int i = 0; i < quotas.length; i++) {
                owed[i] += quotas[i];
                next = owed[i] > owed[next] ? i : next;
            }
            owed[next] -= length;
            places[place] = next;
        }
        return places;
    }

    /// Rows with one column for each CPU, in which the members that are pinned there take turns; a
    /// CPU without any has all of them.
    ///
    /// @param pinned the CPU of each member
    /// @param most the most entries; less than one row: no rows at all
    static int[] columns(int[] pinned, int cpus, int most) {
        List<int[]> columns = new ArrayList<>();
        int[] all = new int[pinned.length];
        Arrays.setAll(all, i -> i);
        long rows = 1;
        for (int cpu = 0; cpu < cpus; cpu++) {
            int column = cpu;
            int[] here = Arrays.stream(all).filter(i -> pinned[i] == column).toArray();
            columns.add(here.length == 0 ? all : here);
            rows = Math.min(most, multiple(rows, columns.getLast().length));
        }
        int[] places = new int[(int) Math.min(rows, most / cpus) * cpus];
        Arrays.setAll(
                places,
                place -> {
                    int[] column = columns.get(place % cpus);
                    return column[place / cpus % column.length];
                });
        return places;
    }

    /// The least common multiple.
    private static long multiple(long a, long b) {
        long x = a;
        long y = b;
        while (y != 0) {
            long rest = x % y;
            x = y;
            y = rest;
        }
        return a / x * b;
    }
}
