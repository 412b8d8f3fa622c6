// The caches that sizes of tiles and streaming stores go by, beside what Linux tells of the first core.
#include "support/check.h"

#include <string>

using namespace inkstone;

namespace {

/** The first word of a file about the first core's cache number `index`; empty when there is no such file. */
[[maybe_unused]] std::string wordOf(int index, const char* file) {
  const std::string name = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/" + file;
  FILE* open = std::fopen(name.c_str(), "r");
  if (!open) return "";
  char word[32] = "";
  if (std::fscanf(open, "%31s", word) != 1) word[0] = 0;
  std::fclose(open);
  return word;
}

}  // namespace

int main() {
  const CacheSizes& sizes = cacheSizes();
  const int64_t ours[] = {sizes.l1, sizes.l2, sizes.l3};
  for (int64_t bytes : ours) CHECK(bytes >= 4096, "%ld bytes", long(bytes));
#if defined(__x86_64__)  // an emulated processor is not the one that Linux tells of
  for (int i = 0; i < 8; ++i) {
    const std::string level = wordOf(i, "level"), size = wordOf(i, "size");
    if (level.empty() || size.empty() || size.back() != 'K' || wordOf(i, "type") == "Instruction") continue;
    const int at = std::atoi(level.c_str()) - 1;
    if (at > 2) continue;
    CHECK(ours[at] == 1024 * std::atoll(size.c_str()), "level %d: %ld, Linux says %s", at + 1, long(ours[at]), size.c_str());
  }
#endif
}
