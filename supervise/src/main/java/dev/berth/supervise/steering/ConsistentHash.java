package dev.berth.supervise.steering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Assigns each entry of a table to a slot, so that few entries change slots when slots come and
/// go. A client's address always selects the same entry.
///
/// Every slot has the same number of entries, give or take one, and an entry moves only if that
/// restores the balance. The entries to move are chosen so that clients come back when a slot does:
/// an entry goes back to the slot that it belonged to before, else to the slot that it would belong
/// to if these slots had been there from the beginning. Immutable.
final class ConsistentHash {
    private static final int NOBODY = -1;

    private final int[] now;
    private final int[] before;
    private final int[] since;
    private final int age;

    /// @param before the slot that each entry belonged to before
    /// @param since the age of the table at which that ended
    private ConsistentHash(int[] now, int[] before, int[] since, int age) {
        this.now = now;
        this.before = before;
        this.since = since;
        this.age = age;
    }

    /// A table with this many entries that belong to no slot.
    static ConsistentHash empty(int places) {
        int[] nobody = new int[places];
        Arrays.fill(nobody, NOBODY);
        return new ConsistentHash(nobody, nobody, new int[places], 0);
    }

    /// The slot of each entry.
    int[] slots() {
        return now.clone();
    }

    /// The table after this one.
    ///
    /// @param slots at least one, in ascending order, each once
    ConsistentHash next(int[] slots) {
        int[] ideal = filled(empty(now.length).now, slots, List.of());
        int[] kept = Arrays.stream(now).map(slot -> among(slots, slot) ? slot : NOBODY).toArray();
        release(kept, slots, ideal);
        int[] next = filled(kept, slots, List.of(before, ideal));
        int[] last = before.clone();
        int[] changed = since.clone();
        for (int place = 0; place < next.length; place++) {
            if (next[place] != now[place]) {
                last[place] = now[place];
                changed[place] = age + 1;
            }
        }
        return new ConsistentHash(next, last, changed, age + 1);
    }

    private static boolean among(int[] slots, int slot) {
        return Arrays.binarySearch(slots, slot) >= 0;
    }

    /// Takes the surplus entries away from each slot, starting with those that came last from a
    /// slot that has too few now.
    private void release(int[] kept, int[] slots, int[] ideal) {
        Map<Integer, Integer> room = room(kept, slots);
        Comparator<Integer> eager =
                Comparator.comparing((Integer place) -> room.getOrDefault(before[place], 0) <= 0)
                        .thenComparingInt(place -> -since[place])
                        .thenComparing(place -> room.getOrDefault(ideal[place], 0) <= 0);
        for (int slot : slots) {
            List<Integer> own =
                    IntStream.range(0, kept.length)
                            .filter(place -> kept[place] == slot)
                            .boxed()
                            .sorted(eager)
                            .toList();
            own.stream()
                    .limit(Math.max(0, -room.getOrDefault(slot, 0)))
                    .forEach(place -> kept[place] = NOBODY);
        }
    }

    /// Assigns the free entries: first as each of `wishes` says, as far as there is room, then to
    /// the slots that value them most.
    private static int[] filled(int[] homes, int[] slots, List<int[]> wishes) {
        int[] next = homes.clone();
        Map<Integer, Integer> room = room(homes, slots);
        for (int round = 0; round <= wishes.size(); round++) {
            for (int place = 0; place < next.length; place++) {
                if (next[place] != NOBODY) {
                    continue;
                }
                boolean wished = round < wishes.size();
                int slot = wished ? wishes.get(round)[place] : favourite(place, slots, room);
                if (room.getOrDefault(slot, 0) > 0) {
                    next[place] = slot;
                    room.merge(slot, -1, Integer::sum);
                }
            }
        }
        return next;
    }

    /// How many entries each slot lacks; below 0: has too many. If they do not divide evenly, the
    /// slots with the most entries keep one more.
    private static Map<Integer, Integer> room(int[] homes, int[] slots) {
        Map<Integer, Integer> held = new HashMap<>();
        for (int slot : homes) {
            held.merge(slot, 1, Integer::sum);
        }
        List<Integer> most = new ArrayList<>(Arrays.stream(slots).boxed().toList());
        most.sort(Comparator.comparingInt(slot -> -held.getOrDefault(slot, 0)));
        Map<Integer, Integer> room = new HashMap<>();
        for (int i = 0; i < slots.length; i++) {
            int quota = homes.length / slots.length + (i < homes.length % slots.length ? 1 : 0);
            room.put(most.get(i), quota - held.getOrDefault(most.get(i), 0));
        }
        return room;
    }

    private static int favourite(int place, int[] slots, Map<Integer, Integer> room) {
        int found = NOBODY;
        long most = Long.MIN_VALUE;
        for (int slot : slots) {
            long value = value(place, slot);
            if (value >= most && room.getOrDefault(slot, 0) > 0) {
                most = value;
                found = slot;
            }
        }
        return found;
    }

    /// How much a slot values an entry: the same at all times and everywhere (the finalizer of
    /// SplitMix64).
    private static long value(int place, int slot) {
        long mixed = ((long) slot << Integer.SIZE) + place + 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
